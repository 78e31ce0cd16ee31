// Runs the policy pack on an evaluated program, as Pulumi's engine would.
import type { PolicyResource, PolicyResourceOptions, ResourceValidationArgs } from "@pulumi/policy";
import { type Graph, type GraphResource, unknown, type Value } from "@spillway/graph";
import { unknownOnTheWire } from "@spillway/graph/wire";
import type { Policy } from "@spillway/policies/rules";
import { policies } from "@spillway/policies/rules";

export interface Finding {
  readonly policy: string;
  readonly level: "mandatory" | "advisory";
  /** Undefined: it is of the stack as a whole. */
  readonly urn: string | undefined;
  readonly message: string;
}

/** By policy's name, as in a file for `--policy-pack-config`. */
export type PolicyConfiguration = Readonly<
  Record<
    string,
    Readonly<Record<string, unknown>> & { readonly enforcementLevel?: "mandatory" | "advisory" | "disabled" }
  >
>;

/** Without the gRPC server that the package's main module brings along. */
const { unknownCheckingProxy, UnknownValueError } = require("@pulumi/policy/proxy") as {
  unknownCheckingProxy(props: Readonly<Record<string, unknown>>): Record<string, unknown>;
  UnknownValueError: new (...args: never[]) => Error;
};

/**
 * What the policies have against the program. Inputs are judged resource by resource, then outputs across the stack; of a preview's
 * graph, what is unknown throws when it is read, as in the engine. What is known of a resource is its message only, without the
 * policy's description, which the engine puts in front.
 */
export function findingsOf(graph: Graph, configuration: PolicyConfiguration = {}): readonly Finding[] {
  return policies.flatMap((policy) => {
    const { enforcementLevel, ...config } = configuration[policy.name] ?? {};
    const level = enforcementLevel ?? policy.enforcementLevel;
    if (level !== "mandatory" && level !== "advisory") return [];
    const findings: Finding[] = [];
    const report = (message: string, urn?: string) => {
      findings.push({ policy: policy.name, level, urn, message });
    };
    try {
      run(policy, graph, config, report);
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      // The engine says so too, whatever the policy's level is.
      findings.push({
        policy: policy.name,
        level: "advisory",
        urn: undefined,
        message: `can't run policy '${policy.name}' during preview: ${error.message}`,
      });
    }
    return findings;
  });
}

const stackTags: ReadonlyMap<string, string> = new Map();

function run(policy: Policy, graph: Graph, config: object, report: (message: string, urn?: string) => void): void {
  const common = {
    stackTags,
    getConfig: <T extends object>() => config as T,
    notApplicable: (reason?: string): never => {
      throw new Error(reason ?? "Policy does not apply");
    },
  };
  if ("validateStack" in policy) {
    policy.validateStack({ ...common, resources: resourcesOf(graph) }, report);
    return;
  }
  for (const resource of graph.resources) {
    const { tagsAll } = resource.outputs;
    // The provider's check has put the default tags among the inputs by then.
    const inputs = { ...resource.inputs, ...(tagsAll !== undefined && { tagsAll }) };
    const args: ResourceValidationArgs = { ...common, ...seen(resource, inputs) };
    for (const validate of [policy.validateResource ?? []].flat()) validate(args, report);
  }
}

/** The stack's resources with what the provider answered, linked as the engine links them. */
function resourcesOf(graph: Graph): PolicyResource[] {
  const byUrn = new Map<string, PolicyResource>();
  const of = (urns: readonly string[]) => urns.flatMap((urn) => byUrn.get(urn) ?? []);
  const resources = graph.resources.map((resource): PolicyResource => {
    const made: PolicyResource = {
      ...seen(resource, { ...computed(resource, graph.preview), ...resource.outputs }),
      dependencies: [],
      propertyDependencies: {},
    };
    byUrn.set(resource.urn, made);
    return made;
  });
  for (const [index, { parent, options }] of graph.resources.entries()) {
    const made = resources[index];
    if (made === undefined) continue;
    const above = parent === undefined ? undefined : byUrn.get(parent);
    if (above !== undefined) made.parent = above;
    made.dependencies = of(options.dependsOn);
    for (const [property, urns] of Object.entries(options.propertyDependencies)) {
      made.propertyDependencies[property] = of(urns);
    }
  }
  return resources;
}

/** What AWS computes and a preview does not know; an evaluated graph of a preview has nothing in these places. */
function computed({ custom, id }: GraphResource, preview: boolean): Readonly<Record<string, Value>> {
  if (!custom) return {};
  return preview ? { id: unknown, arn: unknown } : { id: id ?? null };
}

function seen({ type, name, urn, options, parent }: GraphResource, properties: Readonly<Record<string, Value>>) {
  const props = unknownCheckingProxy(wired(properties) as Readonly<Record<string, unknown>>);
  const isType = (resourceClass: object) => (resourceClass as { readonly __pulumiType?: string }).__pulumiType === type;
  const opts: PolicyResourceOptions = {
    protect: options.protect,
    ignoreChanges: [...options.ignoreChanges],
    deleteBeforeReplace: options.deleteBeforeReplace,
    aliases: options.aliases.filter((alias): alias is string => typeof alias === "string"),
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
    ...(parent !== undefined && { parent }),
  };
  return { type, name, urn, props, opts, isType, asType: (of: object) => (isType(of) ? (props as never) : undefined) };
}

/** With the engine's own sign for what is unknown. */
function wired(value: Value): unknown {
  if (value === unknown) return unknownOnTheWire;
  if (Array.isArray(value)) return value.map(wired);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wired(member as Value)]));
}
