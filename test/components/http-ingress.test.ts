import { strict as assert } from "node:assert";
import { HttpIngress } from "../../components/http-ingress";
import { QueueConsumer } from "../../components/queue-consumer";
import { note } from "./callbacks";
import { Recorded, refusal } from "./graph";

const type = (name: string) => `aws:apigateway/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;

describe("HttpIngress", () => {
  const program =
    (args: object = {}) =>
    () => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      const api = new HttpIngress("api", { routes: { "POST /v1/jobs": jobs }, ...args });
      return { url: api.url };
    };

  it("sends the checked body to the queue, with SQS's Query protocol", async () => {
    const graph = await Recorded.of(program());
    const queue = graph.one("aws:sqs/queue:Queue", "jobs").outputs;
    const { inputs } = graph.one(type("Integration"));
    assert.equal(inputs.type, "AWS");
    assert.equal(inputs.integrationHttpMethod, "POST");
    assert.equal(inputs.uri, `arn:aws:apigateway:eu-west-1:sqs:path/000000000000/${queue.name}`);
    assert.equal(inputs.passthroughBehavior, "NEVER");
    assert.deepEqual(inputs.requestParameters, {
      "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
    });
    assert.deepEqual(inputs.requestTemplates, {
      "application/json": "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($input.body)",
    });
    assert.equal(inputs.credentials, graph.one("aws:iam/role:Role", "api").outputs.arn);
    assert.deepEqual(graph.json("aws:iam/rolePolicy:RolePolicy", "api", "policy").Statement, [
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queue.arn] },
    ]);
  });

  it("may send to a queue once, however many routes lead there", async () => {
    const graph = await Recorded.of(() => {
      const kmsKeyArn = "arn:aws:kms:eu-west-1:000000000000:key/k";
      const [jobs, others] = ["jobs", "others"].map((name) => new QueueConsumer(name, { callback: note, kmsKeyArn }));
      if (jobs === undefined || others === undefined) throw new Error("There are two.");
      new HttpIngress("api", { routes: { "POST /jobs": jobs, "PUT /jobs": jobs, "POST /others": others } });
    });
    const [sends, ...ofKey] = graph.json("aws:iam/rolePolicy:RolePolicy", "api", "policy").Statement as {
      Resource: string[];
    }[];
    const arnOf = (name: string) => graph.one("aws:sqs/queue:Queue", name).outputs.arn;
    assert.deepEqual(sends?.Resource, [arnOf("jobs"), arnOf("others")]);
    assert.equal(ofKey.length, 1);
  });

  it("checks the body against the schema of the callback's events", async () => {
    const graph = await Recorded.of(program());
    const model = graph.one(type("Model"));
    assert.equal(model.inputs.name, "ApiPostV1Jobs", "letters and digits only");
    assert.deepEqual(JSON.parse(String(model.inputs.schema)), {
      type: "object",
      properties: { id: { type: "string" } },
      required: ["id"],
    });
    const { inputs } = graph.one(type("Method"));
    assert.deepEqual(inputs.requestModels, { "application/json": "ApiPostV1Jobs" });
    assert.equal(inputs.requestValidatorId, graph.one(type("RequestValidator")).id);
    assert.equal(graph.one(type("RequestValidator")).inputs.validateRequestBody, true);
    assert.deepEqual(graph.one(type("Response")).inputs.responseType, "BAD_REQUEST_BODY");
  });

  it("never answers 202 unless SQS has said 2xx", async () => {
    const graph = await Recorded.of(program());
    const answers = graph
      .all(type("IntegrationResponse"))
      .map(({ inputs }) => [inputs.statusCode, inputs.selectionPattern]);
    assert.deepEqual(answers.sort(), [
      ["202", "2\\d\\d"],
      ["400", "4\\d\\d"],
      ["500", undefined],
    ]);
    assert.deepEqual(
      graph
        .all(type("MethodResponse"))
        .map(({ inputs }) => inputs.statusCode)
        .sort(),
      ["202", "400", "413", "500"],
    );
  });

  it("wants signed calls unless it is public", async () => {
    assert.equal((await Recorded.of(program())).one(type("Method")).inputs.authorization, "AWS_IAM");
    assert.equal((await Recorded.of(program({ public: true }))).one(type("Method")).inputs.authorization, "NONE");
  });

  it("is regional, throttled and traced, and logs only when it is told to", async () => {
    const graph = await Recorded.of(program());
    assert.deepEqual(graph.one(type("RestApi")).inputs.endpointConfiguration, { types: "REGIONAL" });
    assert.deepEqual(graph.one(type("MethodSettings")).inputs.settings, {
      throttlingRateLimit: 1000,
      throttlingBurstLimit: 2000,
    });
    assert.equal(graph.one(type("Stage")).inputs.xrayTracingEnabled, true);
    assert.equal("accessLogSettings" in graph.one(type("Stage")).inputs, false);
    assert.deepEqual(graph.all(type("Account")), []);
  });

  it("creates the account's role only when asked, and leaves it when the stack goes", async () => {
    const graph = await Recorded.of(program({ logging: "create" }));
    const account = graph.one(type("Account"));
    assert.equal(account.options.retainOnDelete, true);
    assert.equal(graph.one("aws:iam/role:Role", "api-logging").options.retainOnDelete, true);
    const stage = graph.one(type("Stage"));
    const { destinationArn, format } = stage.inputs.accessLogSettings as { destinationArn: string; format: string };
    assert.equal(destinationArn, graph.one("aws:cloudwatch/logGroup:LogGroup", "api-access").outputs.arn);
    assert.equal(JSON.parse(format).status, "$context.status");
    assert.ok(stage.options.dependsOn.includes(account.urn));
    const existing = await Recorded.of(program({ logging: "account-role-exists" }));
    assert.deepEqual(existing.all(type("Account")), []);
  });

  it("is deployed anew when a route changes, and only then", async () => {
    const triggerOf = async (run: () => unknown) => (await Recorded.of(run)).one(type("Deployment")).inputs.triggers;
    const [first, again, open] = [
      await triggerOf(program()),
      await triggerOf(program()),
      await triggerOf(program({ public: true })),
    ];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, open);
    const graph = await Recorded.of(program());
    const { dependsOn } = graph.one(type("Deployment")).options;
    for (const name of ["Method", "Integration", "Response"])
      assert.ok(dependsOn.includes(graph.one(type(name)).urn), name);
    for (const { urn } of graph.all(type("IntegrationResponse"))) assert.ok(dependsOn.includes(urn));
  });

  it("exports the base of its routes; paths share their resources", async () => {
    const graph = await Recorded.of(() => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      const api = new HttpIngress("api", {
        routes: { "POST /v1/jobs": jobs, "PUT /v1/jobs": jobs, "POST /v1/more": jobs },
      });
      return { url: api.url };
    });
    assert.deepEqual(
      graph
        .all(type("Resource"))
        .map(({ outputs }) => outputs.path)
        .sort(),
      ["/v1", "/v1/jobs", "/v1/more"],
    );
    assert.equal(
      graph.graph.outputs.url,
      `https://${graph.one(type("RestApi")).id}.execute-api.eu-west-1.amazonaws.com/live`,
    );
  });

  it("names the message group of a FIFO queue by a part of the body", async () => {
    const graph = await Recorded.of(() => {
      const steps = new QueueConsumer("steps", { callback: note, fifo: true });
      new HttpIngress("api", {
        routes: { "POST /steps": { consumer: steps, messageGroupId: "$.id", messageDeduplicationId: "$.step.id" } },
      });
    });
    assert.deepEqual(graph.one(type("Integration")).inputs.requestTemplates, {
      "application/json":
        "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($input.body)" +
        "&MessageGroupId=$util.urlEncode($input.path('$.id'))&MessageDeduplicationId=$util.urlEncode($input.path('$.step.id'))",
    });
  });

  it("refuses routes whose models would have one name", async () => {
    const message = await refusal(() => {
      const notes = new QueueConsumer("notes", { callback: note });
      new HttpIngress("api", { routes: { "POST /a-b": notes, "POST /A_B": notes, "POST /c": notes } });
    });
    assert.match(message, /routes "POST \/a-b" and "POST \/A_B" have the same letters and digits/);
    assert.doesNotMatch(message, /POST \/c/);
  });

  it("refuses routes that could not work, all together", async () => {
    const message = await refusal(() => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      const steps = new QueueConsumer("steps", { callback: note, fifo: true });
      new HttpIngress("api", {
        routes: {
          "POST /jobs/{id}": jobs,
          "POST /steps": steps,
          "POST /jobs": { consumer: jobs, messageGroupId: "$.id" },
          "PUT /steps": { consumer: steps, messageGroupId: "id" },
        },
        throttle: { rateLimit: 0 },
      });
    });
    assert.match(message, /routes has "POST \/jobs\/\{id\}"; a route is POST or PUT and a path of fixed parts/);
    assert.match(message, /"POST \/steps" feeds a FIFO queue, whose messages need a group/);
    assert.match(message, /"POST \/jobs" gives a message group for a standard queue/);
    assert.match(message, /"PUT \/steps" gives no messageDeduplicationId, and its queue derives none from the content/);
    assert.match(message, /"PUT \/steps" has the JSONPath "id"; give property names only/);
    assert.match(message, /throttle\.rateLimit is 0 requests\/s; API Gateway allows a whole number from 1 to 10000/);
  });
});
