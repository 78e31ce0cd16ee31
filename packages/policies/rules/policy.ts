// How a rule becomes a policy of @pulumi/policy: what every rule says of itself, its exceptions, and the form of its
// messages.
import type { PolicyConfigSchema, ResourceValidationPolicy, Severity, StackValidationPolicy } from "@pulumi/policy";
import { at, type Properties, parsed, propertiesOf } from "./plain";
import { Stack } from "./stack";

export type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** Of @pulumi/policy's levels those that are used here; a `disabled` policy runs where it is configured to. */
export type Level = "mandatory" | "advisory" | "disabled";

interface Rule<C extends object> {
  readonly name: string;
  readonly level: Level;
  readonly severity: Severity;
  /** What is demanded, as a sentence. */
  readonly description: string;
  /** The ids that other tools have for it. */
  readonly ids: readonly string[];
  /** The page that the demand comes from. */
  readonly url: string;
  /** What can be configured, each with its default. */
  readonly options?: { readonly [K in keyof C]: PolicyConfigSchema["properties"][string] & { readonly default: C[K] } };
}

/** A resource as it is asked for. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Properties;
  readonly protect: boolean;
  /** Tags that the provider gives to everything. */
  readonly defaultTags: Properties;
}

/** What is wrong (with the value given), and what to do about it. */
export type Report = (given: string, fix: string) => void;

interface ResourceRule<C extends object> extends Rule<C> {
  readonly types: readonly string[];
  check(resource: Resource, report: Report, config: C): void;
}

/** Judges each resource of some types by itself, before it is created or changed. */
export function resourcePolicy<C extends object>(rule: ResourceRule<C>): ResourceValidationPolicy {
  return {
    ...described(rule),
    validateResource: (args, reportViolation) => {
      if (!rule.types.includes(args.type)) return;
      const config = configured(rule, args.getConfig<Partial<C> & Exceptions>());
      if (isException(args, config)) return;
      const resource: Resource = {
        type: args.type,
        name: args.name,
        urn: args.urn,
        props: propertiesOf(args.props),
        protect: args.opts.protect,
        defaultTags: defaultTagsOf(args.provider?.props),
      };
      rule.check(resource, (given, fix) => reportViolation(message(args.name, given, fix, rule.ids), args.urn), config);
    },
  };
}

interface StackRule<C extends object> extends Rule<C> {
  check(
    stack: Stack,
    report: (of: { readonly urn: string; readonly name: string }, ...what: Parameters<Report>) => void,
    config: C,
  ): void;
}

/** Judges resources by each other, once all of them are known. */
export function stackPolicy<C extends object>(rule: StackRule<C>): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: (args, reportViolation) => {
      const config = configured(rule, args.getConfig<Partial<C> & Exceptions>());
      rule.check(
        Stack.of(args.resources),
        (of, given, fix) => {
          if (!isException(of, config)) reportViolation(message(of.name, given, fix, rule.ids), of.urn);
        },
        config,
      );
    },
  };
}

interface Exceptions {
  readonly except?: readonly string[];
}

function described<C extends object>({ name, level, severity, description, ids, url, options }: Rule<C>) {
  return {
    name,
    description,
    enforcementLevel: level,
    severity,
    tags: [...ids],
    url,
    configSchema: {
      properties: {
        except: {
          type: "array" as const,
          items: { type: "string" as const },
          default: [],
          description: "Resources to exclude: logical names or URNs, in which * stands for anything.",
        },
        ...options,
      },
    },
  };
}

function configured<C extends object>(rule: Rule<C>, given: Partial<C> & Exceptions): C & Exceptions {
  const defaults = Object.entries(rule.options ?? {}).map(([key, schema]) => [
    key,
    (schema as { readonly default: unknown }).default,
  ]);
  return { ...(Object.fromEntries(defaults) as C), ...given };
}

function isException(
  { name, urn }: { readonly name: string; readonly urn: string },
  { except = [] }: Exceptions,
): boolean {
  return except.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`);
    return expression.test(name) || expression.test(urn);
  });
}

function message(name: string, given: string, fix: string, ids: readonly string[]): string {
  return `"${name}": ${given}. ${fix}.${ids.length === 0 ? "" : ` [${ids.join(", ")}]`}`;
}

/** The provider's settings travel as JSON text. */
function defaultTagsOf(provider: Readonly<Record<string, unknown>> | undefined): Properties {
  const tags = provider === undefined ? undefined : at(parsed(propertiesOf(provider).defaultTags), "tags");
  const known = parsed(tags);
  return typeof known === "object" && known !== null && !Array.isArray(known) ? (known as Properties) : {};
}
