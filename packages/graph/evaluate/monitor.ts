// Takes the place of Pulumi's engine: answers each registration as the provider would, and keeps the complete request.
import type { Graph, GraphResource, Value } from "../graph";
import { invoked } from "./invokes";
import { create, createRemote, read, type World } from "./provider";
import { optionsOf, type Registration, transformable } from "./registration";
import { type TransformCallback, Transforms } from "./transforms";
import { plainOf, wireOf } from "./wire";

type Callback = (error: Error | null, response?: unknown) => void;

const proto = require("@pulumi/pulumi/proto/resource_pb") as Record<
  string,
  new () => Record<string, (value: unknown) => void>
>;
const { ResourceMonitorFeature: monitorFeatures } = require("@pulumi/pulumi/proto/resource_pb") as {
  ResourceMonitorFeature: Readonly<Record<string, number>>;
};
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: unknown): unknown };
};
/** OUTPUT_VALUES is left out so that inputs come as plain values. */
const features = [
  "SECRETS",
  "RESOURCE_REFERENCES",
  "ALIAS_SPECS",
  "REPLACEMENT_TRIGGER",
  "DELETED_WITH",
  "REPLACE_WITH",
  "TRANSFORMS",
  "INVOKE_TRANSFORMS",
  "PARAMETERIZATION",
  "RESOURCE_HOOKS",
  "ERROR_HOOKS",
  "STATE_MIGRATIONS",
];
const stackType = "pulumi:pulumi:Stack";

/** Outputs of other stacks, by the name of the stack as stack references use it. */
export type StackOutputs = Readonly<Record<string, Readonly<Record<string, Value>>>>;

export class Monitor {
  private readonly resources = new Map<string, GraphResource>();
  private readonly paths = new Map<string, string>();
  private stackOutputs: Readonly<Record<string, Value>> = {};
  /** URNs of all requested resources. A resource is added before its transforms have run. */
  private readonly registering = new Set<string>();
  private readonly transforms = new Transforms();
  /** Why a transform was refused. The runtime does not report the reason. */
  refusal: Error | undefined;

  constructor(
    private readonly world: World,
    private readonly preview: boolean,
    private readonly createdAs: ReadonlyMap<string, string> = new Map(),
    private readonly otherStacks: StackOutputs = {},
  ) {}

  /** The number of resources. */
  get size(): number {
    return this.resources.size;
  }

  graph(): Graph {
    const { project, stack, region, accountId } = this.world;
    return {
      project,
      stack,
      region,
      accountId,
      preview: this.preview,
      resources: [...this.resources.values()],
      outputs: this.stackOutputs,
    };
  }

  registerResource(request: Registration, callback: Callback): void {
    answer(callback, async () => {
      const type = request.getType();
      const name = request.getName();
      const parent = request.getParent();
      const custom = request.getCustom();
      const urn = this.urnOf(parent, type, name);
      if (this.resources.has(urn) || this.registering.has(urn)) {
        throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
      }
      this.registering.add(urn);
      const asked = transformable(request);
      const subject = { urn, type, name, custom, parent };
      const own = request.getTransformsList?.() ?? [];
      const given = await this.transforms.apply(subject, own, asked, (each) => this.resources.get(each)?.parent);
      const inputs = plainOf(given.wire) as Record<string, Value>;
      const { id, outputs } = custom
        ? this.create(urn, type, name, inputs)
        : { id: undefined, outputs: request.getRemote() ? this.createRemote(urn, type, name, inputs) : {} };
      const options = optionsOf(request, given);
      this.resources.set(urn, { urn, type, name, custom, parent: parent || undefined, inputs, outputs, id, options });
      return message("RegisterResourceResponse", { Urn: urn, Id: id ?? "", Object: struct(outputs) });
    });
  }

  readResource(
    request: Registration & { getId(): string; getProperties(): ReturnType<Registration["getObject"]> },
    callback: Callback,
  ): void {
    answer(callback, () => {
      const type = request.getType();
      const name = request.getName();
      const urn = this.urnOf(request.getParent(), type, name);
      const id = request.getId();
      if (type === "pulumi:pulumi:StackReference") {
        const outputs = this.outputsOf(id || name);
        return message("ReadResourceResponse", {
          Urn: urn,
          Properties: struct({ name: id || name, outputs, secretOutputNames: [] }),
        });
      }
      const inputs = plainOf(request.getProperties()?.toJavaScript() ?? {}) as Record<string, Value>;
      return message("ReadResourceResponse", {
        Urn: urn,
        Properties: struct(read({ urn, type, name, inputs }, id, this.world)),
      });
    });
  }

  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): unknown } | undefined },
    callback: Callback,
  ): void {
    answer(callback, () => {
      const resource = this.resources.get(request.getUrn());
      if (resource === undefined) throw new Error(`unknown resource ${request.getUrn()}`);
      const outputs = plainOf(request.getOutputs()?.toJavaScript() ?? {}) as Record<string, Value>;
      if (resource.type === stackType) this.stackOutputs = outputs;
      this.resources.set(resource.urn, { ...resource, outputs: { ...resource.outputs, ...outputs } });
      return {};
    });
  }

  invoke(request: { getTok(): string; getArgs(): { toJavaScript(): unknown } | undefined }, callback: Callback): void {
    answer(callback, () => {
      const args = plainOf(request.getArgs()?.toJavaScript() ?? {}) as Record<string, Value>;
      return message("ResourceInvokeResponse", { Return: struct(invoked(request.getTok(), args, this.world)) });
    });
  }

  supportsFeature(request: { getId(): string }, callback: Callback): void {
    const supported = request.getId() !== "outputValues";
    callback(null, { getHassupport: () => supported });
  }

  getDeploymentInfo(_request: unknown, callback: Callback): void {
    callback(
      null,
      message("DeploymentInfo", {
        SupportedfeaturesList: features.map((name) => monitorFeatures[`RESOURCE_MONITOR_FEATURE_${name}`]),
      }),
    );
  }

  registerPackage(_request: unknown, callback: Callback): void {
    callback(null, message("RegisterPackageResponse", { Ref: "package" }));
  }

  registerStackTransform(transform: TransformCallback, callback: Callback): void {
    this.transforms.addToStack(transform);
    callback(null, {});
  }

  /** Closes the connections through which the transforms of the program are called. */
  close(): void {
    this.transforms.close();
  }

  registerStackInvokeTransform(_request: unknown, callback: Callback): void {
    callback(this.refuse("The program registers a stack invoke transform, which is not applied here."));
  }

  private refuse(message: string): Error {
    this.refusal = asRemote(new Error(message));
    return this.refusal;
  }

  private create(urn: string, type: string, name: string, inputs: Readonly<Record<string, Value>>) {
    const created = create({ ...this.asCreated(urn, name), type, inputs }, this.world, this.paths);
    // In a preview a new resource has what the program gave, and nothing that AWS computes.
    return this.preview ? { id: undefined, outputs: inputs } : created;
  }

  private createRemote(urn: string, type: string, name: string, inputs: Readonly<Record<string, Value>>) {
    return this.preview ? {} : createRemote({ ...this.asCreated(urn, name), type, inputs }, this.world);
  }

  private asCreated(urn: string, name: string): { readonly urn: string; readonly name: string } {
    const former = this.createdAs.get(urn);
    return former === undefined ? { urn, name } : { urn: former, name: former.split("::").slice(3).join("::") };
  }

  private outputsOf(stack: string): Readonly<Record<string, Value>> {
    const outputs = this.otherStacks[stack];
    if (outputs !== undefined) return outputs;
    throw new Error(
      `The program reads the outputs of the stack "${stack}", which only the engine knows; give those that it ` +
        `needs with --stack-output ${stack}:<output>=<value> (spillway start), or pass them in as configuration.`,
    );
  }

  private urnOf(parent: string, type: string, name: string): string {
    const { project, stack } = this.world;
    const parentType = parent === "" ? stackType : (parent.split("::")[2] ?? "");
    const qualified = parentType === stackType ? type : `${parentType}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
  }
}

/** The runtime expects answers to come asynchronously. */
function answer(callback: Callback, make: () => unknown): void {
  setImmediate(async () => {
    let response: unknown;
    try {
      response = await make();
    } catch (error) {
      callback(asRemote(error as Error));
      return;
    }
    callback(null, response);
  });
}

/** The runtime shows the `details` of an error, as gRPC errors have them. */
function asRemote(error: Error): Error {
  return Object.assign(error, { details: error.message });
}

function message(type: string, fields: Readonly<Record<string, unknown>>): unknown {
  const Type = proto[type];
  if (Type === undefined) throw new Error(`This version of @pulumi/pulumi has no ${type}.`);
  const made = new Type();
  for (const [name, value] of Object.entries(fields)) made[`set${name}`]?.call(made, value);
  return made;
}

function struct(value: Readonly<Record<string, Value>>): unknown {
  return Struct.fromJavaScript(wireOf(value));
}
