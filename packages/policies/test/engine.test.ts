// The pack as Pulumi's engine loads it: in a process of its own, asked through the engine's protocol.
import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { policies } from "../rules";

/** Pulumi has no types for them. */
type Message = Record<string, (value?: unknown) => unknown>;
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as Record<string, new () => Message>;
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerClient: new (address: string, credentials: grpc.ChannelCredentials) => grpc.Client;
};
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: unknown): unknown };
};
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as { Empty: new () => unknown };

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const queue = "aws:sqs/queue:Queue";
const urn = (name: string) => `urn:pulumi:dev::made-up::${queue}::${name}`;

interface Diagnostic {
  readonly policyname: string;
  readonly message: string;
  readonly urn: string;
  readonly enforcementlevel: number;
}

describe("the pack in Pulumi's engine", () => {
  let child: ChildProcess;
  let client: grpc.Client;

  before(async () => {
    const entry = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const folder = path.join(__dirname, "..");
    child = spawn(process.execPath, [entry, "127.0.0.1:0", folder], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
      child.once("exit", (code) => reject(new Error(`the pack ended with code ${code}: ${errors}`)));
    });
    assert.match(port, /^\d+$/);
    client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(() => {
    client?.close();
    child?.kill();
  });

  const call = <T>(method: string, request: unknown) =>
    new Promise<T>((resolve, reject) => {
      const methods = client as unknown as Record<
        string,
        (request: unknown, done: (error: Error | null, answer: { toObject(): T }) => void) => void
      >;
      methods[method]?.(request, (error, answer) => (error === null ? resolve(answer.toObject()) : reject(error)));
    });
  const filled = (name: string, values: Readonly<Record<string, unknown>>) => {
    const Made = messages[name];
    assert.ok(Made !== undefined, name);
    const made = new Made();
    for (const [key, value] of Object.entries(values)) made[`set${key}`]?.(value);
    return made;
  };
  const asked = (request: "AnalyzeRequest" | "AnalyzerResource", name: string, properties: object) =>
    filled(request, {
      Type: queue,
      Name: name,
      Urn: urn(name),
      Properties: Struct.fromJavaScript(properties),
      Options: filled("AnalyzerResourceOptions", {}),
    });
  const analyzed = async (properties: object) =>
    (await call<{ diagnosticsList: Diagnostic[] }>("analyze", asked("AnalyzeRequest", "orders", properties)))
      .diagnosticsList;
  const configure = async (policy: string, enforcement: number, properties: object) => {
    const request = filled("ConfigureAnalyzerRequest", {});
    const config = filled("PolicyConfig", {
      Enforcementlevel: enforcement,
      Properties: Struct.fromJavaScript(properties),
    });
    const map = request.getPolicyconfigMap?.() as Map<string, unknown> | undefined;
    map?.set(policy, config);
    await call("configure", request);
  };

  it("reports its name, its version and its policies with their levels", async () => {
    interface Info {
      readonly name: string;
      readonly version: string;
      readonly policiesList: readonly { readonly name: string; readonly enforcementlevel: number }[];
    }
    const info = await call<Info>("getAnalyzerInfo", new Empty());
    assert.equal(info.name, "spillway");
    assert.equal(info.version, (require("../package.json") as { readonly version: string }).version);
    const levels = ["advisory", "mandatory", "disabled"];
    assert.deepEqual(
      info.policiesList.map(({ name, enforcementlevel }) => [name, levels[enforcementlevel]]),
      policies.map(({ name, enforcementLevel }) => [name, enforcementLevel]),
    );
  });

  it("checks a resource, with values that a preview does not know", async () => {
    const diagnostics = await analyzed({ name: unknownText, tags: unknownText });
    assert.deepEqual(
      diagnostics.map(({ policyname, urn: of, enforcementlevel }) => [policyname, of, enforcementlevel]),
      [["queue-encrypted", urn("orders"), 1]],
    );
    assert.match(
      diagnostics[0]?.message ?? "",
      /^Queues are encrypted at rest, and set this explicitly\.\n"orders": sqsManagedSseEnabled is not set/,
    );
  });

  it("counts the provider's default tags as the resource's own", async () => {
    const request = asked("AnalyzeRequest", "orders", { sqsManagedSseEnabled: true });
    const defaultTags = JSON.stringify({ tags: { project: "made-up", stack: "dev" } });
    request.setProvider?.(
      filled("AnalyzerProviderResource", {
        Type: "pulumi:providers:aws",
        Name: "default",
        Urn: "urn:pulumi:dev::made-up::pulumi:providers:aws::default",
        Properties: Struct.fromJavaScript({ defaultTags }),
      }),
    );
    const { diagnosticsList } = await call<{ diagnosticsList: Diagnostic[] }>("analyze", request);
    assert.equal(diagnosticsList.length, 1);
    assert.match(diagnosticsList[0]?.message ?? "", /tags owner are missing/);
  });

  it("checks a stack", async () => {
    const request = filled("AnalyzeStackRequest", {
      ResourcesList: [
        asked("AnalyzerResource", "orders", { sqsManagedSseEnabled: true, arn: unknownText, policy: unknownText }),
      ],
    });
    const { diagnosticsList } = await call<{ diagnosticsList: Diagnostic[] }>("analyzeStack", request);
    assert.deepEqual(
      diagnosticsList.map(({ policyname, urn: of }) => [policyname, of]),
      [["queue-has-dead-letters", urn("orders")]],
    );
  });

  it("follows its configuration", async () => {
    await configure("queue-encrypted", 1, { except: ["ord*"] });
    assert.deepEqual(await analyzed({ tags: unknownText }), []);
    await configure("queue-encrypted", 2, {});
    assert.deepEqual(await analyzed({ tags: unknownText }), []);
    await configure("customer-managed-key", 1, {});
    const found = (await analyzed({ tags: unknownText })).map(({ policyname }) => policyname);
    assert.deepEqual(found, ["queue-encrypted", "customer-managed-key"]);
  });
});
