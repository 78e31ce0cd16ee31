// Finds the resource of an API that a path belongs to. A fixed part wins over a path variable, and a path variable over
// a greedy one.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html

export interface Match {
  readonly resourceId: string;
  /** The path of the resource, such as `/orders/{id}`. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Node {
  readonly id: string;
  readonly path: string;
  readonly fixed: Map<string, Node>;
  variable?: { readonly name: string; readonly node: Node };
  greedy?: { readonly name: string; readonly node: Node };
}

export class ResourceTree {
  private readonly root: Node;
  private readonly nodes = new Map<string, Node>();

  constructor(rootResourceId: string) {
    this.root = { id: rootResourceId, path: "/", fixed: new Map() };
    this.nodes.set(rootResourceId, this.root);
  }

  /** Throws an Error if a parent is missing. */
  add(id: string, parentId: string, pathPart: string): void {
    const parent = this.nodes.get(parentId);
    if (parent === undefined) throw new Error(`there is no resource ${parentId}`);
    const node: Node = { id, path: `${parent.path === "/" ? "" : parent.path}/${pathPart}`, fixed: new Map() };
    this.nodes.set(id, node);
    const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(pathPart) ?? [];
    if (name === undefined) parent.fixed.set(pathPart, node);
    else if (plus === "+") parent.greedy = { name, node };
    else parent.variable = { name, node };
  }

  pathOf(id: string): string | undefined {
    return this.nodes.get(id)?.path;
  }

  /** `path` is percent-encoded, as the caller sent it. A slash at its end makes no difference. */
  find(path: string): Match | undefined {
    const parts = path.replace(/\/+$/, "").split("/").slice(1).map(decode);
    return parts.includes(undefined) ? undefined : this.findIn(this.root, parts as readonly string[], {});
  }

  private findIn(node: Node, parts: readonly string[], parameters: Match["parameters"]): Match | undefined {
    const [part, ...rest] = parts;
    if (part === undefined) return { resourceId: node.id, path: node.path, parameters };
    const { variable, greedy } = node;
    const fixed = node.fixed.get(part);
    return (
      (fixed && this.findIn(fixed, rest, parameters)) ??
      (variable && part !== ""
        ? this.findIn(variable.node, rest, { ...parameters, [variable.name]: part })
        : undefined) ??
      (greedy && this.findIn(greedy.node, [], { ...parameters, [greedy.name]: parts.join("/") }))
    );
  }
}

/** Undefined if a percent escape is broken. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
