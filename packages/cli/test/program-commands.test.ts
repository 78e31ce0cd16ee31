// The commands that read the graph of a program, called in a project of its own.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { endAll, Spillway } from "../../../test/support/start";

const repository = path.resolve(__dirname, "..", "..", "..");
const place = (marker: string) => `<!-- generated: ${marker} -->\n<!-- /generated -->\n`;

const program = `import * as aws from "@pulumi/aws";
const dead = new aws.sqs.Queue("dead");
const policy = { Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "scheduler.amazonaws.com" } } };
const orders = new aws.sqs.Queue("orders", {
  redrivePolicy: dead.arn.apply((deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 })),
});
const role = new aws.iam.Role("tick", {
  assumeRolePolicy: JSON.stringify(policy),
  inlinePolicies: [{
    name: "send",
    policy: orders.arn.apply((Resource) =>
      JSON.stringify({ Statement: { Effect: "Allow", Action: "sqs:*", Resource } })),
  }],
});
new aws.scheduler.Schedule("tick", {
  scheduleExpression: "rate(1 hour)",
  flexibleTimeWindow: { mode: "OFF" },
  target: { arn: orders.arn, roleArn: role.arn },
});
const widget = { type: "metric", x: 0, y: 0, width: 24, height: 6, properties: { title: "Depth", metrics: [["AWS/SQS", "ApproximateNumberOfMessagesVisible"]] } };
new aws.cloudwatch.Dashboard("orders", { dashboardName: "orders", dashboardBody: JSON.stringify({ widgets: [widget] }) });
`;

describe("in a user's project", () => {
  let folder: string;
  const call = (...args: string[]) => new Spillway(args, { cwd: folder });
  const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  before(() => {
    // Below the repository, where @pulumi/aws is found.
    mkdirSync(path.join(repository, ".spillway"), { recursive: true });
    folder = mkdtempSync(path.join(repository, ".spillway", "user-"));
    write("index.ts", program);
    write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nconfig:\n  rate:\n    type: integer\n    default: 5\n    description: Orders a second\n",
    );
    write("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
  });
  afterEach(endAll);
  after(() => rmSync(folder, { recursive: true }));

  it("spillway diagram prints the diagram, and nothing else on stdout", async () => {
    const called = call("diagram");
    assert.equal(await called.ended, 0, called.stderr);
    assert.match(
      called.stdout,
      /^flowchart LR\n {2}every_hour\(\["every hour"\]\) --> orders_queue\[\["orders queue"\]\]\n$/,
    );
  });

  it("spillway iam lists the statements as Markdown, and names a wildcard that nothing explains", async () => {
    const called = call("iam");
    assert.equal(await called.ended, 0, called.stderr);
    assert.match(
      called.stdout,
      /\| \*\*schedule tick\*\* +\| `sqs:\*` +\| orders queue \*\*\(unexplained wildcard\)\*\* \|/,
    );
    assert.match(called.stderr, /^A wildcard without a reason: schedule tick: `sqs:\*` on orders queue/m);
  });

  it("spillway iam --json --output writes the statements to a file", async () => {
    const called = call("iam", "--json", "--output", "iam.json");
    assert.equal(await called.ended, 0, called.stderr);
    assert.equal(called.stdout, "");
    const { roles, resources } = JSON.parse(read("iam.json"));
    assert.deepEqual(
      roles.map(({ principal, actions, resource }: Record<string, unknown>) => [principal, actions, resource]),
      [["schedule tick", ["sqs:*"], "orders queue"]],
    );
    assert.ok(Array.isArray(resources));
  });

  it("spillway generate fills the markers in the project's Markdown files, and --check reports what is out of date", async () => {
    mkdirSync(path.join(folder, "docs"), { recursive: true });
    write("README.md", `# Shop\n\n${place("diagram")}\nThe end.\n`);
    write("docs/reference.md", ["configuration", "dashboard", "iam-statements"].map(place).join("\n"));
    const checked = call("generate", "--check");
    assert.equal(await checked.ended, 1, checked.stderr);
    assert.match(checked.stdout, /^README\.md: diagram is out of date; spillway generate writes it$/m);
    assert.equal(read("README.md"), `# Shop\n\n${place("diagram")}\nThe end.\n`);

    const written = call("generate");
    assert.equal(await written.ended, 0, written.stderr);
    assert.match(read("README.md"), /^# Shop\n\n<!-- generated: diagram -->\n\n```mermaid\nflowchart LR\n/);
    assert.match(read("README.md"), /```\n\n<!-- \/generated -->\n\nThe end\.\n$/);
    const reference = read("docs/reference.md");
    assert.match(reference, /\| `rate` \| integer \| `5` +\| Orders a second \|/);
    assert.ok(reference.includes("![The dashboard orders](dashboard.svg)"));
    assert.match(reference, /\*\*schedule tick\*\*/);
    assert.match(read("docs/dashboard.svg"), /<title>The dashboard orders<\/title>[\s\S]*>Depth</);

    const again = call("generate", "--check");
    assert.equal(await again.ended, 0, again.stdout);
    assert.equal(again.stdout, "Everything generated is up to date.\n");
  });

  it("spillway generate shows what a marker looks like where no file has one", async () => {
    write("plain.md", "# Nothing\n");
    const called = call("generate", "plain.md");
    assert.equal(await called.ended, 1);
    assert.match(called.stderr, /^No Markdown file has a place .*<!-- generated: diagram -->, <!-- generated: iam/);
  });

  it("a program that cannot be evaluated, or does not exist, exits with 1 and the reason", async () => {
    write("throws.ts", 'throw new Error("no orders today");\n');
    const throws = call("diagram", "--program", "throws.ts");
    assert.equal(await throws.ended, 1);
    assert.match(throws.stderr, /no orders today/);
    const absent = call("iam", "--program", "nowhere.ts");
    assert.equal(await absent.ended, 1);
    assert.match(absent.stderr, /^The program is "nowhere\.ts", and there is no such file/);
  });
});
