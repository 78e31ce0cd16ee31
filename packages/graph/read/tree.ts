// The tree of resources in the form in which `pulumi up` shows it.
import type { Graph, GraphResource } from "../graph";

/** `depth`: how many levels below the stack itself are shown. Default: all. */
export function renderTree({ project, stack, resources }: Graph, depth = Number.POSITIVE_INFINITY): string {
  const children = new Map<string | undefined, GraphResource[]>();
  for (const resource of resources) {
    const siblings = children.get(resource.parent);
    if (siblings === undefined) children.set(resource.parent, [resource]);
    else siblings.push(resource);
  }
  const rows: (readonly [string, string])[] = [];
  const visit = (resource: GraphResource, lead: string, branch: string, level = 0) => {
    rows.push([`${lead}${branch}${shortType(resource.type)}`, resource.name]);
    const inner = level < depth ? (children.get(resource.urn) ?? []) : [];
    const continued = branch === "" ? lead : `${lead}${branch.startsWith("└") ? "   " : "│  "}`;
    for (const [index, child] of inner.entries())
      visit(child, continued, index === inner.length - 1 ? "└─ " : "├─ ", level + 1);
  };
  for (const root of children.get(undefined) ?? []) visit(root, "", "");
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2;
  const head = `${"Type".padEnd(width)}Name`;
  return `${[`${project} (${stack})`, head, ...rows.map(([left, name]) => left.padEnd(width) + name)].join("\n")}\n`;
}

/** `aws:sqs:Queue` for `aws:sqs/queue:Queue`, as Pulumi shows it. */
function shortType(type: string): string {
  return type.replace(/\/[^:]+:/, ":");
}
