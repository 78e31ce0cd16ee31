// The resources of a stack, and which of them refer to which: by value where it is known, else by where the value comes
// from.
import type { PolicyResource } from "@pulumi/policy";
import { at, type Plain, type Properties, propertiesOf, unknown } from "./plain";

export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Properties;
  /** Type of the component that it belongs to. */
  readonly parentType: string | undefined;
  /** URNs of the resources that a property's value comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export class Stack {
  constructor(readonly resources: readonly StackResource[]) {}

  static of(resources: readonly PolicyResource[]): Stack {
    return new Stack(
      resources.map(({ type, name, urn, props, parent, propertyDependencies }) => ({
        type,
        name,
        urn,
        props: propertiesOf(props),
        parentType: parent?.type,
        sources: Object.fromEntries(
          Object.entries(propertyDependencies).map(([property, all]) => [property, all.map((source) => source.urn)]),
        ),
      })),
    );
  }

  ofType(...types: readonly string[]): readonly StackResource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** Those of some types whose property refers to a resource. */
  referring(to: StackResource, property: string, ...types: readonly string[]): readonly StackResource[] {
    return this.ofType(...types).filter((from) => refers(from, property, from.props[property], to));
  }
}

const identifiers = ["arn", "id", "url", "name", "qualifiedArn"];

/** Whether a value, found in this property of `from`, is the ARN, id, URL or name of `to`. */
export function refers(from: StackResource, property: string, value: Plain | undefined, to: StackResource): boolean {
  if (value === undefined || value === null) return false;
  const own = identifiers.map((key) => at(to.props, key));
  if (typeof value === "string") {
    if (own.includes(value)) return true;
    // A version or an alias of a function.
    const { arn } = to.props;
    if (typeof arn === "string") return value.startsWith(`${arn}:`);
  }
  const unsure = value === unknown || !own.some((identifier) => typeof identifier === "string");
  return unsure && (from.sources[property] ?? []).includes(to.urn);
}
