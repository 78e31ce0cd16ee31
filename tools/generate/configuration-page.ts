// What is generated from the keys of the configuration: their schema in Pulumi.yaml, and docs/configuration.md.

import { markdownTable } from "@spillway/graph/read/markdown-table";
import { stringify } from "yaml";
import { allowedBy, type IntegerKey, type Key, keys } from "../../config/keys";

const marker = "  # From here on generated from config/keys.ts: npm run generate\n";

const entries = Object.entries<Key>(keys);

function described(key: Key): string {
  return key.type === "integer" || key.type === "array"
    ? `${key.description} Allowed: ${allowedBy(key)}.`
    : key.description;
}

function defaultOf(key: Key): unknown {
  if (key.type !== "object") return key.default;
  const presets = Object.entries(key.properties).filter(([, property]) => property.default !== undefined);
  return Object.fromEntries(presets.map(([name, property]) => [name, property.default]));
}

/** Pulumi.yaml with the schema of every key in place of what stands after its marker. Throws without the marker. */
export function projectFile(current: string): string {
  const at = current.indexOf(marker);
  if (at < 0) throw new Error(`Pulumi.yaml has no line "${marker.trim()}" among its config; put it back.`);
  const schema = entries.map(([name, key]) => [
    name,
    {
      type: key.type,
      // Pulumi refuses a project with an array that does not say of what.
      ...(key.type === "array" && { items: { type: "string" } }),
      default: defaultOf(key),
      description: described(key),
    },
  ]);
  // YAML 1.1, which reads an off without quotes as false.
  const text = stringify(Object.fromEntries(schema), { lineWidth: 110, version: "1.1" });
  return `${current.slice(0, at)}${marker}${text.replace(/^(?=.)/gm, "  ")}`;
}

const shown = (value: unknown) =>
  value === undefined
    ? "unset"
    : value === ""
      ? "empty"
      : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** docs/configuration.md. */
export function configurationPage(): string {
  const plain = entries.filter(([, key]) => key.type !== "object");
  const rows = plain.map(([name, key]) => [
    `\`${name}\``,
    key.type,
    key.type === "object" ? "" : shown(key.default),
    allowedBy(key),
    key.description,
  ]);
  const capacities = entries.flatMap(([name, key]) => (key.type === "object" ? [[name, key] as const] : []));
  const properties = new Map<string, IntegerKey>(capacities.flatMap(([, key]) => Object.entries(key.properties)));
  const capacityRows = [...properties].map(([property, key]) => [
    `\`${property}\``,
    ...capacities.map(([, capacity]) => {
      const own: IntegerKey | undefined = capacity.properties[property];
      return own === undefined ? "" : String(own.default ?? "unset");
    }),
    allowedBy(key),
    key.description,
  ]);
  return `# Configuration of the pipeline

Configure the [reference pipeline](pipeline.md) with \`pulumi config set <key> <value>\`. The local run also takes a
value as \`--config <key>=<value>\`. A stack's values are in \`Pulumi.<stack>.yaml\`, and the defaults are in
\`Pulumi.yaml\`.

This page lists every key, from \`config/keys.ts\`. All errors in a configuration are reported together. Each error
states the value that you gave, what is allowed, and the command that fixes it. A key that the project does not know
is an error too.

${markdownTable(["key", "type", "default", "allowed", "meaning"], rows)}

## Capacity of each consumer

Each consumer has one object. A property that the object leaves out has its default.
\`pulumi config set --path orders.batchSize 100\` sets one property and leaves the others as they are.

${markdownTable(["property", ...capacities.map(([name]) => `\`${name}\``), "allowed", "meaning"], capacityRows)}

The component rejects values that do not fit together, and its error gives the reason. An example is a queue's
\`batchSize\` above 10 without a window.

## Tags and region

You must set \`aws:region\`. \`aws:defaultTags\` puts tags on every resource that takes them. Both stacks set
\`project\`, \`stack\` and \`owner\`:

\`\`\`yaml
config:
  aws:defaultTags:
    tags: { project: spillway, stack: dev, owner: orders-team }
\`\`\`

Names have the form \`\${project}-\${stack}-\${name}-\${hex(7)}\` (\`pulumi:autonaming\`). The names of several stacks
in one account and region are therefore different.
`;
}
