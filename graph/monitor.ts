// Stands in for Pulumi's engine: answers each registration as the provider would, and keeps the whole of what was asked for.
import { policyDocument } from "./get-policy-document";
import type { Graph, GraphResource, ResourceOptions, Value } from "./graph";
import { dnsSuffixOf } from "./partition";
import { create, createRemote, type World } from "./provider";
import { holdsSecret, plainOf, wireOf } from "./wire";

type Callback = (error: Error | null, response?: unknown) => void;

/** The parts of a request that both kinds of it have; Pulumi's own types for them are internal. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAliasurnsList(): string[];
  getAliasesList(): { toObject(): object }[];
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(each: (value: { getUrnsList(): string[] }, key: string) => void): void };
  getProvider(): string;
  getImportid(): string;
}

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
/** Without OUTPUT_VALUES, so that inputs come as plain values. */
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

export class Monitor {
  private readonly resources = new Map<string, GraphResource>();
  private readonly paths = new Map<string, string>();
  private stackOutputs: Readonly<Record<string, Value>> = {};
  /** Why a transform was refused: the runtime does not say it. */
  refusal: Error | undefined;

  constructor(
    private readonly world: World,
    private readonly preview: boolean,
    private readonly createdAs: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** How many resources there are. */
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
    answer(callback, () => {
      const type = request.getType();
      const name = request.getName();
      const urn = this.urnOf(request.getParent(), type, name);
      if (this.resources.has(urn)) {
        throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
      }
      const wire = request.getObject()?.toJavaScript() ?? {};
      const inputs = plainOf(wire) as Record<string, Value>;
      const custom = request.getCustom();
      const { id, outputs } = custom
        ? this.create(urn, type, name, inputs)
        : { id: undefined, outputs: request.getRemote() ? this.createRemote(urn, type, name, inputs) : {} };
      const options = optionsOf(request, wire);
      this.resources.set(urn, {
        urn,
        type,
        name,
        custom,
        parent: request.getParent() || undefined,
        inputs,
        outputs,
        id,
        options,
      });
      return message("RegisterResourceResponse", { Urn: urn, Id: id ?? "", Object: struct(outputs) });
    });
  }

  readResource(
    request: Registration & { getId(): string; getProperties(): Registration["getObject"] },
    callback: Callback,
  ): void {
    answer(callback, () => {
      const type = request.getType();
      if (type === "pulumi:pulumi:StackReference") {
        throw new Error(
          `The program reads the outputs of the stack "${request.getName()}", which only the engine knows; hand what it needs of them in as configuration.`,
        );
      }
      const urn = this.urnOf(request.getParent(), type, request.getName());
      const { outputs } = this.create(urn, type, request.getName(), {});
      return message("ReadResourceResponse", { Urn: urn, Properties: struct({ ...outputs, id: request.getId() }) });
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
      return message("ResourceInvokeResponse", { Return: struct(this.invoked(request.getTok(), args)) });
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

  registerStackTransform(_request: unknown, callback: Callback): void {
    callback(this.refuse("The program registers a stack transform, which is not applied here; use a resource's own."));
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
    // A preview knows of a new resource what the program gave, and nothing that AWS will say.
    return this.preview ? { id: undefined, outputs: inputs } : created;
  }

  private createRemote(urn: string, type: string, name: string, inputs: Readonly<Record<string, Value>>) {
    return this.preview ? {} : createRemote({ ...this.asCreated(urn, name), type, inputs }, this.world);
  }

  private asCreated(urn: string, name: string): { readonly urn: string; readonly name: string } {
    const former = this.createdAs.get(urn);
    return former === undefined ? { urn, name } : { urn: former, name: former.split("::").slice(3).join("::") };
  }

  private urnOf(parent: string, type: string, name: string): string {
    const { project, stack } = this.world;
    const parentType = parent === "" ? stackType : (parent.split("::")[2] ?? "");
    const qualified = parentType === stackType ? type : `${parentType}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
  }

  private invoked(token: string, args: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
    const { accountId, region, partition } = this.world;
    switch (token) {
      case "aws:index/getCallerIdentity:getCallerIdentity":
        return { id: accountId, accountId, userId: "AIDALOCAL", arn: `arn:${partition}:iam::${accountId}:user/local` };
      case "aws:index/getRegion:getRegion":
        return {
          id: region,
          name: region,
          region,
          endpoint: `ec2.${region}.${dnsSuffixOf(partition)}`,
          description: region,
        };
      case "aws:index/getPartition:getPartition":
        return {
          id: partition,
          partition,
          dnsSuffix: dnsSuffixOf(partition),
          reverseDnsPrefix: "com.amazonaws",
        };
      case "aws:iam/getPolicyDocument:getPolicyDocument":
        return policyDocument(args);
      default:
        throw new Error(
          `The program invokes ${token}, which cannot be answered without AWS; hand its result in as configuration.`,
        );
    }
  }
}

function optionsOf(request: Registration, wire: Readonly<Record<string, unknown>>): ResourceOptions {
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((value, key) => {
    propertyDependencies[key] = value.getUrnsList();
  });
  return {
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    aliases: [...request.getAliasurnsList(), ...request.getAliasesList().map((alias) => plainOf(alias.toObject()))],
    dependsOn: request.getDependenciesList(),
    propertyDependencies,
    secrets: Object.keys(wire).filter((key) => holdsSecret(wire[key])),
    provider: request.getProvider() || undefined,
    importId: request.getImportid() || undefined,
  };
}

/** The runtime expects answers to come later. */
function answer(callback: Callback, make: () => unknown): void {
  setImmediate(() => {
    let response: unknown;
    try {
      response = make();
    } catch (error) {
      callback(asRemote(error as Error));
      return;
    }
    callback(null, response);
  });
}

/** The runtime shows the `details` of an error that the engine answers, as gRPC has them. */
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
