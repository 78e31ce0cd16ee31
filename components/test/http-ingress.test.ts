// Longer than 250 lines because every answer and setting of the endpoint has its test here.
import { strict as assert } from "node:assert";
import { bodySchemaOf, documentOf, methodsOf } from "@spillway/graph/read/open-api";
import { note } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { compareGraphs } from "../../test/support/internals";
import { HttpIngress } from "../http-ingress";
import { QueueConsumer } from "../queue-consumer";

const type = (name: string) => `aws:apigateway/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;

describe("HttpIngress", () => {
  const program =
    (args: object = {}) =>
    () => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      const api = new HttpIngress("api", { routes: { "POST /v1/jobs": jobs }, ...args });
      return { url: api.url };
    };

  /** The one route of the program, as the API's definition has it. */
  const routeOf = (graph: Recorded) => {
    const document = documentOf(graph.one(type("RestApi")).inputs.body);
    const [method] = methodsOf(document);
    assert.ok(document !== undefined && method !== undefined);
    return { document, method };
  };

  it("sends the checked body to the queue, with SQS's Query protocol", async () => {
    const graph = await Recorded.of(program());
    const queue = graph.one("aws:sqs/queue:Queue", "jobs").outputs;
    const { responses, ...integration } = routeOf(graph).method.integration;
    assert.deepEqual(integration, {
      type: "aws",
      httpMethod: "POST",
      uri: `arn:aws:apigateway:eu-west-1:sqs:path/000000000000/${queue.name}`,
      credentials: graph.one("aws:iam/role:Role", "api").outputs.arn,
      passthroughBehavior: "never",
      requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
      requestTemplates: {
        "application/json": "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($input.body)",
      },
    });
    assert.deepEqual(graph.json("aws:iam/rolePolicy:RolePolicy", "api", "policy").Statement, [
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queue.arn] },
    ]);
  });

  it("is granted sending to a queue once, however many routes lead to it", async () => {
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
    const { document, method } = routeOf(await Recorded.of(program()));
    assert.deepEqual(bodySchemaOf(document, method.operation), {
      type: "object",
      properties: { id: { type: "string" } },
      required: ["id"],
    });
    assert.deepEqual(Object.keys((document.components as { schemas: object }).schemas), ["PostV1Jobs"], "letters only");
    const validator = String(document["x-amazon-apigateway-request-validator"]);
    assert.deepEqual(document["x-amazon-apigateway-request-validators"], {
      [validator]: { validateRequestBody: true, validateRequestParameters: true },
    });
    assert.deepEqual(Object.keys(document["x-amazon-apigateway-gateway-responses"] ?? {}), ["BAD_REQUEST_BODY"]);
  });

  it("never answers 202 unless SQS has said 2xx", async () => {
    const { method } = routeOf(await Recorded.of(program()));
    const answers = Object.entries(method.integration.responses as Record<string, { statusCode: string }>);
    assert.deepEqual(
      answers.map(([pattern, { statusCode }]) => [pattern, statusCode]),
      [
        ["2\\d\\d", "202"],
        ["4\\d\\d", "400"],
        ["default", "500"],
      ],
    );
    assert.deepEqual(Object.keys(method.operation.responses ?? {}), ["202", "400", "413", "500"]);
  });

  it("requires signed requests unless it is public", async () => {
    assert.equal(routeOf(await Recorded.of(program())).method.authorization, "AWS_IAM");
    assert.equal(routeOf(await Recorded.of(program({ public: true }))).method.authorization, "NONE");
  });

  it("is regional, throttled and traced, and logs requests only when logging is on", async () => {
    const graph = await Recorded.of(program());
    assert.deepEqual(graph.one(type("RestApi")).inputs.endpointConfiguration, { types: "REGIONAL" });
    assert.deepEqual(graph.one(type("MethodSettings")).inputs.settings, {
      throttlingRateLimit: 1000,
      throttlingBurstLimit: 2000,
      loggingLevel: "OFF",
      dataTraceEnabled: false,
    });
    assert.equal(graph.one(type("Stage")).inputs.xrayTracingEnabled, true);
    assert.equal("accessLogSettings" in graph.one(type("Stage")).inputs, false);
    assert.deepEqual(graph.all(type("Account")), []);
  });

  it("has no execution log, whose log group nobody would manage, even where it logs requests", async () => {
    for (const logging of ["account-role-exists", "create"]) {
      const graph = await Recorded.of(program({ logging }));
      const settings = graph.one(type("MethodSettings")).inputs.settings as { [name: string]: unknown };
      assert.deepEqual([settings.loggingLevel, settings.dataTraceEnabled], ["OFF", false], logging);
      assert.deepEqual(
        graph
          .all("aws:cloudwatch/logGroup:LogGroup")
          .map(({ name }) => name)
          .sort(),
        ["api-access", "jobs"],
      );
    }
  });

  it("accepts TLS 1.2 and newer, unless configured otherwise", async () => {
    const tlsOf = async (args: object) => {
      const { inputs } = (await Recorded.of(program(args))).one(type("RestApi"));
      const document = JSON.parse(String(inputs.body));
      // The import of the document and the API's own settings must not undo each other.
      assert.equal(document["x-amazon-apigateway-security-policy"], inputs.securityPolicy);
      assert.equal(document["x-amazon-apigateway-endpoint-access-mode"], inputs.endpointAccessMode);
      return [inputs.securityPolicy, inputs.endpointAccessMode];
    };
    assert.deepEqual(await tlsOf({}), ["SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "BASIC"]);
    const restApi = { endpointAccessMode: "STRICT" };
    assert.deepEqual(await tlsOf({ overrides: { restApi } }), ["SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "STRICT"]);
  });

  it("exports the ARN of its stage, for AWS WAF", async () => {
    const graph = await Recorded.of(() => {
      const api = new HttpIngress("api", { routes: { "POST /jobs": new QueueConsumer("jobs", { callback: note }) } });
      return { arn: api.stageArn };
    });
    const { id } = graph.one(type("RestApi"));
    assert.equal(graph.graph.outputs.arn, `arn:aws:apigateway:eu-west-1::/restapis/${id}/stages/live`);
  });

  it("creates the account's logging role only on request, and retains it when the stack is deleted", async () => {
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

  it("is deployed again when its definition changes, and only then", async () => {
    const triggerOf = async (run: () => unknown) => (await Recorded.of(run)).one(type("Deployment")).inputs.triggers;
    const [first, again, open, compressed] = [
      await triggerOf(program()),
      await triggerOf(program()),
      await triggerOf(program({ public: true })),
      await triggerOf(program({ overrides: { restApi: { minimumCompressionSize: "1000" } } })),
    ];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, open);
    assert.notDeepEqual(first, compressed, "it is part of what is deployed");
  });

  it("removes a route from the API before the deployment, so that no later deletion is needed", async () => {
    const routes = (keys: readonly `POST /${string}`[]) => () => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      new HttpIngress("api", { routes: Object.fromEntries(keys.map((key) => [key, jobs])) });
    };
    const before = await Recorded.of(routes(["POST /jobs", "POST /more"]));
    const after = await Recorded.of(routes(["POST /jobs"]));
    const { removed, added, changed } = compareGraphs(before.graph, after.graph);
    assert.deepEqual([added, removed], [[], []]);
    assert.deepEqual(
      changed.map(({ after: { type: of }, effect }) => [of, effect]),
      [
        [type("RestApi"), "in place"],
        [type("Deployment"), "replaces"],
        [type("Stage"), "in place"],
      ],
    );
    const deployment = after.one(type("Deployment"));
    assert.ok(deployment.options.dependsOn.includes(after.one(type("RestApi")).urn), "the API is changed first");
    assert.equal(after.one(type("RestApi")).inputs.putRestApiMode, "overwrite");
    assert.deepEqual(
      methodsOf(documentOf(after.one(type("RestApi")).inputs.body)).map(({ path }) => path),
      ["/jobs"],
    );
  });

  it("has the same definition in any order of its routes, and under another name of the component", async () => {
    const bodyOf = async (name: string, keys: readonly `POST /${string}`[]) => {
      const graph = await Recorded.of(() => {
        const jobs = new QueueConsumer("jobs", { callback: note });
        const former = { aliases: [{ name: "api" }] };
        new HttpIngress(name, { routes: Object.fromEntries(keys.map((key) => [key, jobs])) }, former);
      });
      const { outputs } = graph.one("aws:iam/role:Role", name);
      return String(graph.one(type("RestApi")).inputs.body).replaceAll(String(outputs.arn), "role");
    };
    const body = await bodyOf("api", ["POST /a", "POST /b"]);
    assert.equal(await bodyOf("api", ["POST /b", "POST /a"]), body);
    assert.equal(await bodyOf("door", ["POST /a", "POST /b"]), body);
  });

  it("exports the base URL of its routes, and groups the methods of one path", async () => {
    const graph = await Recorded.of(() => {
      const jobs = new QueueConsumer("jobs", { callback: note });
      const api = new HttpIngress("api", {
        routes: { "POST /v1/jobs": jobs, "PUT /v1/jobs": jobs, "POST /v1/more": jobs },
      });
      return { url: api.url };
    });
    const { document } = routeOf(graph);
    assert.deepEqual(
      Object.entries(document.paths ?? {}).map(([path, methods]) => [path, Object.keys(methods)]),
      [
        ["/v1/jobs", ["post", "put"]],
        ["/v1/more", ["post"]],
      ],
    );
    assert.equal(
      graph.graph.outputs.url,
      `https://${graph.one(type("RestApi")).id}.execute-api.eu-west-1.amazonaws.com/live`,
    );
  });

  it("sets the message group of a FIFO queue from a part of the body", async () => {
    const graph = await Recorded.of(() => {
      const steps = new QueueConsumer("steps", { callback: note, fifo: true });
      new HttpIngress("api", {
        routes: { "POST /steps": { consumer: steps, messageGroupId: "$.id", messageDeduplicationId: "$.step.id" } },
      });
    });
    assert.deepEqual(routeOf(graph).method.integration.requestTemplates, {
      "application/json":
        "#set($messageGroupId = $input.path('$.id'))#set($messageDeduplicationId = $input.path('$.step.id'))" +
        "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($input.body)" +
        '&MessageGroupId=$util.urlEncode("$!messageGroupId")&MessageDeduplicationId=$util.urlEncode("$!messageDeduplicationId")',
    });
  });

  it("refuses routes whose models would have the same name", async () => {
    const message = await refusal(() => {
      const notes = new QueueConsumer("notes", { callback: note });
      new HttpIngress("api", { routes: { "POST /a-b": notes, "POST /A_B": notes, "POST /c": notes } });
    });
    assert.match(message, /routes "POST \/a-b" and "POST \/A_B" have the same letters and digits/);
    assert.doesNotMatch(message, /POST \/c/);
  });

  it("refuses routes that cannot work, all together", async () => {
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
