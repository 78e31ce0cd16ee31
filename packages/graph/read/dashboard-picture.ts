// The layout of a CloudWatch dashboard as a picture: its graphs as boxes with what each of them shows.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
import type { Graph } from "../graph";

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Widget extends Partial<Place> {
  readonly type: string;
  readonly properties: Shown & { readonly markdown?: string };
}

interface Shown {
  readonly title?: string;
  readonly metrics?: readonly (readonly unknown[])[];
  readonly annotations?: { readonly horizontal?: readonly { readonly value: number; readonly label?: string }[] };
}

/** Each dashboard of the program as an SVG picture, by its logical name. Throws for a widget without its place. */
export function dashboardPictures(graph: Graph): ReadonlyMap<string, string> {
  const dashboards = graph.resources.filter(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard");
  return new Map(
    dashboards.map(({ name, inputs }) => {
      const { widgets } = JSON.parse(String(inputs.dashboardBody)) as { readonly widgets: readonly Widget[] };
      return [name, pictureOf(name, widgets)];
    }),
  );
}

/** Pixels of a column and of a row of CloudWatch's grid. */
const unit = { x: 40, y: 24 };
const lineHeight = 14;
/** The average width of a letter of 11 px. A line that is longer than its box is broken. */
const letterWidth = 6.1;

const style = `
text { font: 11px system-ui, sans-serif; fill: #424a53 }
.title { font-weight: 600; fill: #1f2328 }
.row { font-weight: 600; fill: #0550ae }
.limit { fill: #b3261e }
rect { fill: #f6f8fa; stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #b1bac4 }
  .title { fill: #f0f6fc }
  .row { fill: #79c0ff }
  .limit { fill: #ff9492 }
  rect { fill: #161b22; stroke: #3d444d }
}
`;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function pictureOf(name: string, widgets: readonly Widget[]): string {
  const placed = widgets.map((widget) => ({ ...widget, ...placeOf(name, widget) }));
  const width = 24 * unit.x;
  const height = Math.max(...placed.map((widget) => widget.y + widget.height)) * unit.y;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ` +
      `${height}" role="img">`,
    `<title>The dashboard ${escaped(name)}</title>`,
    `<style>${style}</style>`,
    ...placed.map(({ type, properties, ...at }) =>
      type === "text" ? headOf(at, properties.markdown ?? "") : boxOf(at, properties),
    ),
    "</svg>",
  ].join("\n");
}

function placeOf(name: string, { x, y, width, height }: Widget): Place {
  if (x === undefined || y === undefined || width === undefined || height === undefined) {
    throw new Error(
      `The dashboard "${name}" has a widget that CloudWatch places. The picture needs its place; give the widget ` +
        "x, y, width and height.",
    );
  }
  return { x, y, width, height };
}

function headOf({ x, y }: Place, markdown: string): string {
  return (
    `<text class="row" x="${x * unit.x + 4}" ` +
    `y="${y * unit.y + 17}">${escaped(markdown.replaceAll("*", ""))}</text>`
  );
}

function boxOf(at: Place, { title = "", metrics = [], annotations }: Shown): string {
  const [x, y, width, height] = [at.x * unit.x, at.y * unit.y, at.width * unit.x, at.height * unit.y];
  const most = Math.floor((width - 20) / letterWidth);
  const lines = [
    ...broken(title, most).map((text) => ({ text, look: ' class="title"' })),
    ...metrics
      .filter(isShown)
      .flatMap((metric) => broken(nameOf(metric), most))
      .map((text) => ({ text, look: "" })),
    ...(annotations?.horizontal ?? [])
      .flatMap(({ value, label }) => broken(`line at ${value}${label === undefined ? "" : `: ${label}`}`, most))
      .map((text) => ({ text, look: ' class="limit"' })),
  ];
  return [
    `<rect x="${x + 3}" y="${y + 3}" width="${width - 6}" height="${height - 6}" rx="4"/>`,
    ...lines.map(
      ({ text, look }, index) =>
        `<text${look} x="${x + 10}" y="${y + 17 + index * lineHeight}">${escaped(text)}</text>`,
    ),
  ].join("\n");
}

/** Lines of at most `most` letters, broken before a capital letter or after a space. All but the first are indented. */
function broken(text: string, most: number): readonly string[] {
  const lines = [""];
  for (const word of text.split(/(?<= )|(?<=[a-z])(?=[A-Z])/)) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && (line + word).trimEnd().length > most) lines.push(`\u2003${word}`);
    else lines[lines.length - 1] = line + word;
  }
  return lines.map((line) => line.replace(/ +$/, ""));
}

const isShown = (metric: readonly unknown[]) => optionsOf(metric).visible !== false;

/** What follows the metric's name and dimensions, where anything does. */
function optionsOf(metric: readonly unknown[]): Readonly<Record<string, unknown>> {
  const last = metric.at(-1);
  return typeof last === "object" && last !== null ? { ...last } : {};
}

function nameOf(metric: readonly unknown[]): string {
  const { expression, stat } = optionsOf(metric);
  if (expression !== undefined) return String(expression);
  return `${String(metric[1])}${stat === undefined ? "" : `, ${String(stat)}`}`;
}
