// A callback that no module exports, as the text of a module: Pulumi's own serialisation, without what must not travel in it.
import * as pulumi from "@pulumi/pulumi";
import type { AnyCallback } from "../../consumer/callback";

/**
 * Rejects when the callback captures an Output or a Resource (their values would be unknown, or would drag the program along), or a
 * class that extends another.
 */
export async function serializeInline(callback: AnyCallback, owner: pulumi.Resource): Promise<string> {
  let captured: string | undefined;
  try {
    const { text } = await pulumi.runtime.serializeFunction(() => callback, {
      exportName: "callback",
      isFactoryFunction: true,
      logResource: owner,
      serialize: (value: unknown) => {
        if (pulumi.Output.isInstance(value)) captured = "an Output";
        else if (pulumi.Resource.isInstance(value)) captured = `a ${value.constructor.name} (a resource)`;
        else if (isDerivedClass(value)) captured = `the class ${value.name}, which would lose its parent`;
        if (captured !== undefined) throw new Error(captured);
        return true;
      },
    });
    return text;
  } catch (error) {
    if (captured === undefined) throw error;
    const fix = captured.startsWith("the class")
      ? "export the callback from a module of its own"
      : "hand it over as a binding instead, as in bindings: { orders: writeTable(orders) }";
    throw new Error(`it captures ${captured}; ${fix}.`);
  }
}

/** Pulumi writes classes as functions, and one that extends another (as every error does) comes out as a plain object. */
function isDerivedClass(value: unknown): value is { readonly name: string } {
  return (
    typeof value === "function" && Object.getPrototypeOf(value) !== Function.prototype && /^class\b/.test(String(value))
  );
}
