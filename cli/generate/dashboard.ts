// The layout of the pipeline's dashboard, as a picture.
import type { Widget } from "../../components/dashboard-body";
import type { Generator } from "./generator";
import { documentedGraph } from "./program";

export const dashboard: Generator = {
  name: "dashboard",
  files: ["docs/dashboard.svg"],
  make: async () => {
    const { resources } = await documentedGraph();
    const found = resources.find(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard");
    if (found === undefined)
      throw new Error("The program has no dashboard; set the configuration's dashboard to true.");
    return pictureOf(JSON.parse(String(found.inputs.dashboardBody)).widgets);
  },
};

const unit = { x: 40, y: 22 };
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function pictureOf(widgets: readonly Widget[]): string {
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * unit.y;
  const style =
    "text{font:10px sans-serif;fill:#57606a}.title{font-weight:bold;fill:#0969da}.box{fill:none;stroke:#8c959f}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${24 * unit.x}" height="${height}" viewBox="0 0 ${24 * unit.x} ${height}">`,
    "<title>The dashboard of the pipeline: a row for each part, from what comes in to its dead letters</title>",
    `<style>${style}</style>`,
    ...widgets.map(boxOf),
    "</svg>",
  ].join("\n");
}

function boxOf({ type, properties, ...at }: Widget): string {
  const [x, y] = [at.x * unit.x, at.y * unit.y];
  if (type === "text") {
    return `<text class="title" x="${x + 4}" y="${y + 16}">${escaped(String(properties.markdown).replaceAll("*", ""))}</text>`;
  }
  const metrics = (properties.metrics as readonly (readonly unknown[])[]).filter(isShown).map(nameOf);
  const box = `<rect class="box" x="${x + 3}" y="${y + 3}" width="${at.width * unit.x - 6}" height="${at.height * unit.y - 6}" rx="4"/>`;
  const lines = [String(properties.title), ...metrics].map(
    (line, index) =>
      `<text${index === 0 ? ' class="title"' : ""} x="${x + 10}" y="${y + 18 + index * 16}">${escaped(line)}</text>`,
  );
  return [box, ...lines].join("\n");
}

const optionsOf = (metric: readonly unknown[]) => metric.at(-1) as Readonly<Record<string, unknown>>;
const isShown = (metric: readonly unknown[]) => optionsOf(metric).visible !== false;

function nameOf(metric: readonly unknown[]): string {
  const { expression } = optionsOf(metric);
  return String(expression ?? metric[1]);
}
