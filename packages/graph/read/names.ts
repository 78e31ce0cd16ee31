// Readable names for ARNs: `orders table` instead of `arn:aws:dynamodb:…:table/spillway-dev-orders-3e3d482`.
import type { Graph, GraphResource } from "../graph";
import { resourceType } from "../resource-types";

/** `queue` of `aws:sqs/queue:Queue`, `log group` of `aws:cloudwatch/logGroup:LogGroup`. */
export function kindOf(type: string): string {
  const [, , last = type] = type.split(":");
  return resourceType(type).kind ?? last.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

/** `orders queue`, by the resource's logical name. */
export function nameOf({ name, type }: Pick<GraphResource, "name" | "type">): string {
  const kind = kindOf(type);
  return name === kind || name.endsWith(`-${kind}`) ? name.replaceAll("-", " ") : `${name} ${kind}`;
}

/** Outputs by which policies and other resources refer to a resource. */
const addresses = ["arn", "executionArn", "streamArn", "url"] as const;

/**
 * The resources of a program by their ARNs. The name of a part contains the name of its resource: `every index of
 * orders table`, `stream of orders table`. An ARN outside the program stays as it is.
 */
export class ArnNames {
  private readonly known = new Map<string, GraphResource>();

  constructor({ resources }: Graph) {
    for (const resource of resources) {
      if (!resource.custom) continue;
      for (const key of addresses) {
        const address = resource.outputs[key];
        if (typeof address === "string" && address !== "" && !this.known.has(address)) {
          this.known.set(address, resource);
        }
      }
    }
  }

  /** The resource that has the ARN (or URL), or that contains it. */
  resource(arn: string): GraphResource | undefined {
    return this.find(arn)?.resource;
  }

  name(arn: string): string {
    const found = this.find(arn);
    if (found === undefined) return arn;
    const { resource, rest } = found;
    const name = nameOf(resource);
    const own = String(resource.outputs.arn);
    const part = resourceType(resource.type).part?.(arn.startsWith(own) ? arn.slice(own.length) : rest);
    if (part !== undefined) return `${part} of ${name}`;
    return rest === "" ? name : `${name} (${rest})`;
  }

  private find(arn: string): { readonly resource: GraphResource; readonly rest: string } | undefined {
    for (let end = arn.length; end > 0; end = Math.max(arn.lastIndexOf("/", end - 1), arn.lastIndexOf(":", end - 1))) {
      const resource = this.known.get(arn.slice(0, end));
      if (resource !== undefined) return { resource, rest: arn.slice(end) };
    }
    return undefined;
  }
}
