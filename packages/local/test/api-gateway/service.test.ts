// Longer than 250 lines because every answer of the endpoint has its test here.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Graph } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import type { HttpIngressArgs } from "spillway";
import { HttpIngress, QueueConsumer } from "spillway";
import { note, numbered } from "../../../../test/support/callbacks";
import { createApiGateway } from "../../api-gateway/service";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import type { FrontResponse } from "../../protocol/http";
import { type Message, type Principal, ServiceError } from "../../service/ask";
import { manualClock } from "../support/sqs";

const settings = { config: { "aws:region": "eu-west-1" } };
const user: Principal = { kind: "user" };
const anonymous: Principal = { kind: "anonymous" };

interface Asked {
  readonly principal: Principal;
  readonly action: string;
  readonly input: Message;
}

/** API Gateway with what the program defines; SQS answers with `sqs`. */
async function gatewayOf(
  program: () => unknown,
  sqs: (asked: Asked) => Message | Promise<Message> = sent,
  authorize: (principal: Principal, input: Message) => Message = () => ({}),
) {
  const clock = manualClock();
  const asked: Asked[] = [];
  const lines: string[] = [];
  const gateway = createApiGateway({
    clock,
    accountId: "000000000000",
    region: "eu-west-1",
    address: () => "http://127.0.0.1:4566",
    log: (line) => lines.push(line),
    ask: async (principal, service, action, input) => {
      if (service === "execute-api") return authorize(principal, input);
      asked.push({ principal, action, input });
      return sqs({ principal, action, input });
    },
  });
  const graph = await recordProgram(program, settings);
  for (const resource of graph.resources) await gateway.provisioners[resource.type]?.(resource);
  const call = (
    path: string,
    { method = "POST", headers = {}, body = "", principal = anonymous, query = "" } = {} as {
      method?: string;
      headers?: Record<string, string>;
      body?: string;
      principal?: Principal;
      query?: string;
    },
  ): Promise<FrontResponse> =>
    gateway.route.handler({
      method,
      path: `/_aws/execute-api/${idOf(graph)}/${path}`,
      query: new URLSearchParams(query),
      headers: { host: "127.0.0.1:4566", "content-type": "application/json", ...headers },
      body: Buffer.from(body),
      principal,
      signal: new AbortController().signal,
    });
  return { call, asked, lines, clock, graph };
}

const idOf = ({ resources }: Graph) => resources.find(({ type }) => type === "aws:apigateway/restApi:RestApi")?.id;
const sent = () => ({ MessageId: "m-1", MD5OfMessageBody: "d" });
const short = ({ status, body }: FrontResponse) => [status, JSON.parse(String(body))];
const event = '{"id":"it\'s \\"é\\" & + 1%"}';

const ingress =
  (more: Partial<HttpIngressArgs> = {}) =>
  () => {
    const notes = new QueueConsumer("notes", { callback: note });
    new HttpIngress("api", { routes: { "POST /notes": notes }, public: true, ...more });
  };

describe("API Gateway of the local run", () => {
  it("passes the body to SQS unchanged, with the integration's role, and returns the message id", async () => {
    const { call, asked, graph } = await gatewayOf(ingress());
    const answer = await call("live/notes", { body: event });
    assert.deepEqual(short(answer), [202, { messageId: "m-1" }]);
    assert.match(answer.headers["x-amzn-requestid"] ?? "", /^[0-9a-f-]{36}$/);
    const queue = graph.resources.find(({ type, name }) => type === "aws:sqs/queue:Queue" && name === "notes");
    const role = graph.resources.find(({ type, name }) => type === "aws:iam/role:Role" && name.startsWith("api"));
    assert.deepEqual(asked, [
      {
        principal: { kind: "service", service: "apigateway.amazonaws.com", roleArn: role?.outputs.arn },
        action: "SendMessage",
        input: {
          QueueUrl: `http://127.0.0.1:4566/000000000000/${String(queue?.outputs.name)}`,
          MessageBody: event,
        },
      },
    ]);
  });

  it("sets the message group of a FIFO queue from the body", async () => {
    const { call, asked } = await gatewayOf(() => {
      const notes = new QueueConsumer("notes", { callback: note, fifo: true });
      const route = { consumer: notes, messageGroupId: "$.id", messageDeduplicationId: "$.id" };
      new HttpIngress("api", { routes: { "POST /notes": route }, public: true });
    });
    await call("live/notes", { body: '{"id":"a b"}' });
    assert.equal(asked[0]?.input.MessageGroupId, "a b");
    assert.equal(asked[0]?.input.MessageDeduplicationId, "a b");
  });

  it("converts numbers to strings for the message group and the deduplication id, with all their digits", async () => {
    const { call, asked } = await gatewayOf(() => {
      const numbers = new QueueConsumer("numbers", { callback: numbered, fifo: true });
      const route = { consumer: numbers, messageGroupId: "$.shop", messageDeduplicationId: "$.order.id" };
      new HttpIngress("api", { routes: { "POST /numbers": route }, public: true });
    });
    for (const [shop, id, texts] of [
      ["7", "0", ["7", "0"]],
      ["-1.5", "12345678901234567891", ["-1.5", "12345678901234567891"]],
      ["null", "null", ["", ""]],
    ] as const) {
      await call("live/numbers", { body: `{"shop":${shop},"order":{"id":${id}}}` });
      const { MessageGroupId = "", MessageDeduplicationId = "" } = asked.at(-1)?.input ?? {};
      assert.deepEqual([MessageGroupId, MessageDeduplicationId], texts);
    }
  });

  for (const [error, status, says] of [
    [
      new ServiceError("InvalidParameterValue", "Message must be shorter than 1048576 bytes."),
      413,
      /larger than 1 MiB/,
    ],
    [new ServiceError("InvalidMessageContents", "no"), 400, /characters that SQS does not allow/],
    [
      new ServiceError("InvalidParameterValue", "Value  for parameter MessageGroupId is invalid. Reason: 1 to 128."),
      400,
      /no message group or no deduplication id/,
    ],
    [
      new ServiceError("MissingParameter", "The request must contain the parameter MessageGroupId."),
      400,
      /no message group or no deduplication id/,
    ],
    [new ServiceError("MissingParameter", "The request must contain the parameter QueueUrl."), 500, /not be queued/],
    [new ServiceError("com.amazonaws.sqs#QueueDoesNotExist", "no"), 500, /could not be queued/],
    [new ServiceError("AccessDeniedException", "no", 403), 500, /could not be queued/],
    [new ServiceError("InternalFailure", "no", 500), 500, /could not be queued/],
    [new ServiceError("RequestThrottled", "no", 403), 500, /could not be queued/],
  ] as const) {
    it(`answers ${status} when SQS answers ${error.code} (${error.message}), never 202`, async () => {
      const { call } = await gatewayOf(ingress(), () => Promise.reject(error));
      const answer = await call("live/notes", { body: event });
      assert.equal(answer.status, status);
      assert.match(String(answer.body), says);
    });
  }

  it("answers 504 when SQS takes longer than the integration's timeout", async () => {
    const { call, clock } = await gatewayOf(ingress(), () => new Promise(() => {}));
    const answer = call("live/notes", { body: event });
    await clock.pass(29_000);
    assert.deepEqual(short(await answer), [504, { message: "Endpoint request timed out" }]);
  });

  it("answers 403 where there is no method, and where there is no stage", async () => {
    const { call } = await gatewayOf(ingress());
    assert.deepEqual(short(await call("live/other")), [403, { message: "Missing Authentication Token" }]);
    assert.deepEqual(short(await call("live/notes", { method: "GET" })), [
      403,
      { message: "Missing Authentication Token" },
    ]);
    assert.deepEqual(short(await call("beta/notes")), [403, { message: "Forbidden" }]);
  });

  it("requires execute-api:Invoke on the method where the endpoint is not public", async () => {
    const program = () => {
      ingress({ public: false })();
      const role = new aws.iam.Role("caller", { name: "caller", assumeRolePolicy: '{"Statement":[]}' });
      const allowed = (Resource: string) => ({ Effect: "Allow", Action: "execute-api:Invoke", Resource });
      const policy = JSON.stringify({ Statement: allowed("arn:aws:execute-api:*:*:*/live/POST/*") });
      new aws.iam.RolePolicy("p", { role: role.name, policy });
    };
    const place = { accountId: "000000000000", region: "eu-west-1" };
    const permissions = createPermissions(new Iam(await recordProgram(program, settings), place), place);
    const { call, graph } = await gatewayOf(program, sent, (principal, input) => {
      permissions.before?.(principal, "execute-api", "Invoke", input);
      return {};
    });
    const as = (role: string): Principal => ({
      kind: "function",
      functionName: "f",
      roleArn: `arn:aws:iam::000000000000:role/${role}`,
    });
    assert.equal((await call("live/notes", { body: event, principal: as("caller") })).status, 202);
    assert.equal((await call("live/notes", { body: event, principal: user })).status, 202);
    const denied = await call("live/notes", { body: event, principal: as("other") });
    assert.equal(denied.headers["x-amzn-errortype"], "AccessDeniedException");
    assert.deepEqual(short(denied), [
      403,
      {
        message: `User: arn:aws:sts::000000000000:assumed-role/other/f is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********0000:${idOf(graph)}/live/POST/notes because no identity-based policy allows the execute-api:Invoke action`,
      },
    ]);
    const stranger: Principal = { kind: "stranger", functionName: "f", accessKeyId: "AKIAX" };
    const unknown = await call("live/notes", { body: event, principal: stranger });
    assert.equal(unknown.status, 403);
    assert.match(String(unknown.body), /The security token included in the request is invalid\./);
  });

  it("requires a signature where the endpoint is not public", async () => {
    const { call } = await gatewayOf(ingress({ public: false }));
    assert.deepEqual(short(await call("live/notes", { body: event })), [
      403,
      { message: "Missing Authentication Token" },
    ]);
    assert.equal((await call("live/notes", { body: event, principal: user })).status, 202);
  });

  it("answers 415 to other content types, and 400 to invalid JSON and to a body that the model rejects", async () => {
    const { call, asked } = await gatewayOf(ingress());
    const other = await call("live/notes", { body: event, headers: { "content-type": "text/plain" } });
    assert.deepEqual(short(other), [415, { message: "Unsupported Media Type" }]);
    const [status, body] = short(await call("live/notes", { body: '{"id":7}' }));
    assert.equal(status, 400);
    assert.equal(
      body.errors,
      '[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]',
    );
    assert.equal((await call("live/notes", { body: "{" })).status, 400);
    assert.equal((await call("live/notes", { body: "" })).status, 400);
    assert.deepEqual(asked, []);
    const charset = { "content-type": "application/json; charset=utf-8" };
    assert.equal((await call("live/notes", { body: event, headers: charset })).status, 202);
  });

  it("answers 429 beyond its limits, and accepts requests again after some time", async () => {
    const { call, clock } = await gatewayOf(ingress({ throttle: { rateLimit: 2, burstLimit: 3 } }));
    const statuses = async (count: number) =>
      (await Promise.all(Array.from({ length: count }, () => call("live/notes", { body: event })))).map(
        (each) => each.status,
      );
    assert.deepEqual(await statuses(5), [202, 202, 202, 429, 429]);
    await clock.pass(1000);
    assert.deepEqual(await statuses(3), [202, 202, 429]);
    const refused = await call("live/notes", { body: event });
    assert.deepEqual(short(refused), [429, { message: "Too Many Requests" }]);
    assert.equal(refused.headers["x-amzn-errortype"], "TooManyRequestsException");
  });

  it("writes a line of the access log for each request, in the program's format", async () => {
    const { call, lines } = await gatewayOf(ingress({ logging: "account-role-exists" }));
    await call("live/notes", { body: event, headers: { "user-agent": "test/1" } });
    await call("live/notes", { body: "{}" });
    const [accepted, refused] = lines.map((line) => JSON.parse(line));
    assert.equal(accepted.status, "202");
    assert.equal(accepted.integrationStatus, "200");
    assert.equal(accepted.path, "/notes");
    assert.equal(accepted.userAgent, "test/1");
    assert.equal(refused.status, "400");
    assert.equal(refused.error, "Invalid request body");
    assert.equal(refused.integrationStatus, "-");
  });

  const own =
    (method: Partial<aws.apigateway.MethodArgs>, integration: Partial<aws.apigateway.IntegrationArgs>, answer = "{}") =>
    () => {
      const api = new aws.apigateway.RestApi("api");
      const orders = new aws.apigateway.Resource("orders", {
        restApi: api.id,
        parentId: api.rootResourceId,
        pathPart: "orders",
      });
      const one = new aws.apigateway.Resource("one", { restApi: api.id, parentId: orders.id, pathPart: "{id}" });
      const of = { restApi: api.id, resourceId: one.id };
      const put = new aws.apigateway.Method("put", { ...of, httpMethod: "PUT", authorization: "NONE", ...method });
      const made = { ...of, httpMethod: put.httpMethod };
      const mock = new aws.apigateway.Integration("put", { ...made, type: "MOCK", ...integration });
      new aws.apigateway.MethodResponse("put", { ...made, statusCode: "200" });
      new aws.apigateway.IntegrationResponse(
        "put",
        { ...made, statusCode: "200", responseTemplates: { "application/json": answer } },
        { dependsOn: [mock] },
      );
      const deployment = new aws.apigateway.Deployment("d", { restApi: api.id });
      new aws.apigateway.Stage("s", {
        restApi: api.id,
        deployment: deployment.id,
        stageName: "v1",
        variables: { tier: "gold" },
      });
    };
  /** One described method, with a MOCK integration unless the operation has another. */
  const described =
    (operation: object, document: object = {}, putRestApiMode?: string) =>
    () => {
      const mock = {
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode": 200}' },
        responses: {
          default: { statusCode: "200", responseTemplates: { "application/json": '{"id":"$input.params(\'id\')"}' } },
        },
      };
      const put = { "x-amazon-apigateway-integration": mock, responses: { "200": {} }, ...operation };
      const body = { openapi: "3.0.1", paths: { "/orders/{id}": { put } }, ...document };
      const api = new aws.apigateway.RestApi("api", {
        body: pulumi.jsonStringify(body),
        ...(putRestApiMode !== undefined && { putRestApiMode }),
      });
      const deployment = new aws.apigateway.Deployment("d", { restApi: api.id });
      new aws.apigateway.Stage("s", { restApi: api.id, deployment: deployment.id, stageName: "v1" });
    };

  it("serves the routes in an API's body, with their required parameters", async () => {
    const required = {
      parameters: [{ name: "x-tenant", in: "header", required: true }],
      "x-amazon-apigateway-request-validator": "all",
    };
    const validators = {
      "x-amazon-apigateway-request-validators": {
        all: { validateRequestParameters: true, validateRequestBody: false },
      },
    };
    const { call } = await gatewayOf(described(required, validators));
    const put = { method: "PUT", body: "{}" };
    assert.deepEqual(short(await call("v1/orders/a", { ...put, headers: { "x-tenant": "t" } })), [200, { id: "a" }]);
    assert.deepEqual(short(await call("v1/orders/a", put)), [
      400,
      { message: "Missing required request parameters: [x-tenant]" },
    ]);
  });

  it("no longer has a route that the program has removed", async () => {
    const { call } = await gatewayOf(() => {
      const notes = new QueueConsumer("notes", { callback: note });
      new HttpIngress("api", { routes: { "POST /notes": notes, "POST /more": notes }, public: true });
    });
    assert.equal((await call("live/more", { body: event })).status, 202);
    const later = await gatewayOf(ingress());
    assert.equal((await later.call("live/notes", { body: event })).status, 202);
    assert.deepEqual(short(await later.call("live/more", { body: event })), [
      403,
      { message: "Missing Authentication Token" },
    ]);
  });

  const mocked = { requestTemplates: { "application/json": '{"statusCode": 200}' } };

  it("passes mapping templates the path, the query, the headers, the context and the stage variables", async () => {
    const template =
      '{"id":"$input.params(\'id\')","q":"$input.params().querystring.get(\'q\')","h":"$input.params(\'X-Tenant\')",' +
      '"method":"$context.httpMethod","path":"$context.resourcePath","tier":"$stageVariables.tier"}';
    const { call } = await gatewayOf(own({}, mocked, template));
    const answer = await call("v1/orders/a%20b", {
      method: "PUT",
      query: "q=1",
      headers: { "x-tenant": "t" },
      body: "{}",
    });
    assert.deepEqual(short(answer), [
      200,
      { id: "a b", q: "1", h: "t", method: "PUT", path: "/orders/{id}", tier: "gold" },
    ]);
  });

  it("lets a template set the status and a header", async () => {
    const template =
      '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.x-tea = "yes"){}';
    const { call } = await gatewayOf(own({}, mocked, template));
    const answer = await call("v1/orders/1", { method: "PUT", body: "{}" });
    assert.equal(answer.status, 418);
    assert.equal(answer.headers["x-tea"], "yes");
  });

  it("answers 500 and logs the reason when a template fails", async () => {
    const { call, lines } = await gatewayOf(own({}, mocked, "$util.parseJson('{')"));
    const answer = await call("v1/orders/1", { method: "PUT", body: "{}" });
    assert.deepEqual(short(answer), [500, { message: "Internal server error" }]);
    assert.match(lines.join(), /API Gateway: PUT \/orders\/1 failed: .*JSON/);
  });

  describe("answers 500 when a template encodes", () => {
    /** The status and the line that it logs, for this expression. */
    const rendering = async (expression: string) => {
      const template = `#set($n = $input.path('$.n'))${expression}`;
      const { call, lines } = await gatewayOf(own({}, { requestTemplates: { "application/json": template } }));
      const { status } = await call("v1/orders/1", { method: "PUT", body: '{"n":5}' });
      return [status, lines.join()] as const;
    };

    it("a number, of which API Gateway may make no text, and accepts it as a text", async () => {
      const [status, said] = await rendering("$util.urlEncode($n)");
      assert.equal(status, 500);
      assert.match(said, /\$util\.urlEncode takes a text, and not 5; write the variable as "\$!name"/);
      assert.doesNotMatch((await rendering('$util.urlEncode("$!n")'))[1], /takes a text/);
    });

    it("what has no value, of which nobody knows what API Gateway makes, and accepts it as an empty text", async () => {
      for (const name of ["urlEncode", "urlDecode", "base64Encode", "base64Decode", "parseJson", "escapeJavaScript"]) {
        for (const missing of ["$nothing", "$stageVariables.nothing", "$input.params().header.get('x-nothing')"]) {
          const [status, said] = await rendering(`$util.${name}(${missing})`);
          assert.equal(status, 500);
          assert.ok(said.includes(`$util.${name} takes a text, and not a variable without a value`), said);
        }
        if (name !== "parseJson") {
          assert.doesNotMatch((await rendering(`$util.${name}("$!nothing")`))[1], /takes a text/);
        }
      }
    });
  });

  for (const [what, program, says] of [
    [
      "an API key",
      own({ apiKeyRequired: true }, mocked),
      /aws:apigateway\/method:Method "put": the local run does not have apiKeyRequired; leave it out/,
    ],
    [
      "another authorizer",
      own({ authorization: "CUSTOM" }, mocked),
      /authorization CUSTOM is not supported; NONE and AWS_IAM are/,
    ],
    [
      "an integration with Lambda",
      own({}, { type: "AWS_PROXY", uri: "arn:aws:apigateway:eu-west-1:lambda:path/x" }),
      /integrations of type AWS_PROXY are not supported; AWS \(with SQS\) and MOCK are/,
    ],
    [
      "an integration with another service",
      own(
        {},
        {
          type: "AWS",
          uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem",
          credentials: "arn:aws:iam::000000000000:role/r",
        },
      ),
      /its URI arn:aws:apigateway:eu-west-1:dynamodb:action\/PutItem is not supported/,
    ],
    ["a body of an older OpenAPI", described({}, { openapi: "2.0" }), /RestApi "api": its body says openapi 2.0/],
    [
      "a cross-origin header of a body",
      described({}, { "x-amazon-apigateway-cors": {} }),
      /the local run does not have x-amazon-apigateway-cors in the body; leave it out/,
    ],
    [
      "an integration with Lambda in a body",
      described({ "x-amazon-apigateway-integration": { type: "aws_proxy", uri: "arn:aws:apigateway:x" } }),
      /RestApi "api": PUT \/orders\/\{id\}: integrations of type AWS_PROXY are not supported/,
    ],
    ["a body that is merged", described({}, {}, "merge"), /putRestApiMode merge is not supported/],
    ["a body of YAML", () => void new aws.apigateway.RestApi("api", { body: "openapi: 3.0.1" }), /is not JSON/],
  ] as const) {
    it(`refuses ${what} by name, instead of ignoring it`, async () => {
      await assert.rejects(gatewayOf(program), says);
    });
  }
});
