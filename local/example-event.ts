// An event that an endpoint takes, made up from the endpoint's own model, for the first call that the run suggests.

interface Model {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Model>>;
  readonly required?: readonly string[];
  readonly items?: Model;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Model[];
  readonly oneOf?: readonly Model[];
  readonly allOf?: readonly Model[];
}

/** Undefined where the model asks for more than can be made up (a pattern that no simple text matches). */
export function exampleEvent(model: Model, name = "event"): unknown {
  if (model.enum !== undefined) return model.enum[0];
  const choice = (model.anyOf ?? model.oneOf ?? model.allOf)?.[0];
  if (choice !== undefined) return exampleEvent(choice, name);
  switch (Array.isArray(model.type) ? model.type[0] : model.type) {
    case "object": {
      const required = model.required ?? [];
      const members = required.map((key) => [key, exampleEvent(model.properties?.[key] ?? {}, key)] as const);
      return members.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(members);
    }
    case "array": {
      const item = exampleEvent(model.items ?? {}, name);
      return item === undefined ? undefined : Array.from({ length: model.minItems ?? 1 }, () => item);
    }
    case "integer":
    case "number":
      return (model.minimum ?? 1) + (model.exclusiveMinimum === true ? 1 : 0);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return exampleText(model, name);
  }
}

function exampleText(
  { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Model,
  name: string,
): string | undefined {
  const now = "2026-01-01T00:00:00.000Z";
  return [`${name}-1`, name, "a", "1", "A1", now, now.slice(0, 10), "a@example.com", "https://example.com/"]
    .map((text) => text.padEnd(minLength, "x"))
    .find((text) => text.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(text)));
}
