// Runs the policy pack on an evaluated program, as the engine of Pulumi would.
import type { PolicyResource, PolicyResourceOptions, ResourceValidationArgs } from "@pulumi/policy";
import { type Graph, type GraphResource, unknown, type Value } from "@spillway/graph";
import { unknownOnTheWire } from "@spillway/graph/wire";
import type { Policy } from "@spillway/policies/rules";
import { policies } from "@spillway/policies/rules";

export interface Finding {
  readonly policy: string;
  readonly level: "mandatory" | "advisory";
  /** Undefined for a finding about the whole stack. */
  readonly urn: string | undefined;
  readonly message: string;
}

/** By the name of the policy, as in a file for `--policy-pack-config`. */
export type PolicyConfiguration = Readonly<
  Record<
    string,
    Readonly<Record<string, unknown>> & { readonly enforcementLevel?: "mandatory" | "advisory" | "disabled" }
  >
>;

/** Imported without the main module of the package, which starts a gRPC server. */
const { unknownCheckingProxy, UnknownValueError } = require("@pulumi/policy/proxy") as {
  unknownCheckingProxy(props: Readonly<Record<string, unknown>>): Record<string, unknown>;
  UnknownValueError: new (...args: never[]) => Error;
};

/**
 * The findings of the policies. Inputs are checked for each resource, then outputs for the whole stack. In the graph of
 * a preview, an unknown value throws when it is read, as in the engine. A finding has the message only, without the
 * description of the policy that the engine puts in front.
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
      // The engine reports this, too, at any level of the policy.
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
    // The check of the provider has added the default tags to the inputs by then.
    const inputs = { ...resource.inputs, ...(tagsAll !== undefined && { tagsAll }) };
    const args: ResourceValidationArgs = { ...common, ...seen(resource, inputs) };
    for (const validate of [policy.validateResource ?? []].flat()) validate(args, report);
  }
}

/** The resources of the stack with the answers of the provider, linked as the engine links them. */
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

/** What AWS computes and a preview does not know. The evaluated graph of a preview has no such properties. */
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

/** With the text that the engine uses for unknown values. */
function wired(value: Value): unknown {
  if (value === unknown) return unknownOnTheWire;
  if (Array.isArray(value)) return value.map(wired);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wired(member as Value)]));
}
