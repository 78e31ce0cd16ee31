// An operator looks at dead letters of the run as on AWS: in queues, functions and logs, with a role that may only
// read.
import assert from "node:assert/strict";
import * as path from "node:path";
import { CloudWatchLogsClient, FilterLogEventsCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Run, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

describe("an operator of a program on this machine", () => {
  let run: Run;
  let logs: CloudWatchLogsClient;
  let lambda: LambdaClient;
  let sqs: SQSClient;
  let requestId: string;
  const clients: { destroy(): void }[] = [];

  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "operator.ts") });
    await run.send("jobsUrl", { jobId: "j-1" });
    const [letter] = await run.receive("jobsDeadLettersUrl", 1);
    requestId = String(reasonOf(letter ?? assert.fail("no dead letter")).requestId);

    const { address, graph } = run.local;
    const settings = { endpoint: address, region: graph.region, maxAttempts: 1 };
    const sts = new STSClient({ ...settings, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: run.output("operatorRoleArn"), RoleSessionName: "alice" }),
    );
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    logs = new CloudWatchLogsClient({ ...settings, credentials });
    lambda = new LambdaClient({ ...settings, credentials });
    sqs = new SQSClient({ ...settings, credentials });
    clients.push(sts, logs, lambda, sqs);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await run?.stop();
  });

  const consumer = async () => {
    const mappings = new ListEventSourceMappingsCommand({ EventSourceArn: run.output("jobsArn") });
    const { EventSourceMappings: [mapping] = [] } = await lambda.send(mappings);
    return mapping?.FunctionArn ?? assert.fail("no mapping");
  };

  it("finds the function of a queue, its configuration and its tags", async () => {
    const FunctionName = await consumer();
    const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.equal(configuration.LoggingConfig?.LogFormat, "JSON");
    assert.notEqual(Object.keys(configuration.Environment?.Variables ?? {}).length, 0);
    const { Tags = {} } = await lambda.send(new ListTagsCommand({ Resource: FunctionName }));
    const whole = await lambda.send(new GetFunctionCommand({ FunctionName }));
    assert.deepEqual(whole.Tags ?? {}, Tags);
    await assert.rejects(lambda.send(new ListTagsCommand({ Resource: `${FunctionName}-other` })), {
      name: "ResourceNotFoundException",
    });
  });

  it("finds the log lines of the invocation that gave up a record, and its end", async () => {
    const { LoggingConfig } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: await consumer() }),
    );
    const find = async (filterPattern: string) => {
      const command = new FilterLogEventsCommand({ logGroupName: LoggingConfig?.LogGroup ?? "", filterPattern });
      return (await logs.send(command)).events ?? [];
    };
    // The last line may still be on its way when the dead letter is there.
    await until(
      async () => (await find(`{ $.type = "platform.report" && $.record.requestId = "${requestId}" }`)).length,
    );
    const lines = await find(`{ $.function_request_id = "${requestId}" }`);
    const declining = lines.find(({ message }) => JSON.parse(message ?? "").message === "declining");
    assert.equal(JSON.parse(declining?.message ?? "{}").jobId, "j-1");
    assert.match(declining?.logStreamName ?? "", /^\d{4}\/\d{2}\/\d{2}\/\[\$LATEST\][0-9a-f]{32}$/);
    const all = await find(`"${requestId}"`);
    assert.ok(all.length >= lines.length + 2, "with the platform's lines at the start and the end");
    assert.deepEqual(
      run.lines.filter((line) => line.includes(requestId)).length,
      all.filter(({ message }) => !message?.includes('"platform.')).length,
      "what is printed is what is kept",
    );
  });

  it("is refused what the role does not allow, and the permission is named", async () => {
    const QueueUrl = run.output("jobsDeadLettersUrl");
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const FunctionName = await consumer();
    const refused: readonly [string, () => Promise<unknown>][] = [
      ["sqs:ReceiveMessage", () => sqs.send(new ReceiveMessageCommand({ QueueUrl }))],
      ["sqs:SendMessage", () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }))],
      ["lambda:InvokeFunction", () => lambda.send(new InvokeCommand({ FunctionName }))],
      [
        "logs:PutLogEvents",
        () => logs.send(new PutLogEventsCommand({ logGroupName: "a", logStreamName: "b", logEvents: [] })),
      ],
    ];
    const who = run
      .output("operatorRoleArn")
      .replace(/^arn:aws:iam::(\d+):role\/(.*)$/, "arn:aws:sts::$1:assumed-role/$2");
    for (const [permission, answer] of refused) {
      await assert.rejects(answer(), (error: Error) => {
        assert.match(error.name, /^AccessDenied/);
        assert.ok(
          error.message.startsWith(`User: ${who}/alice is not authorized to perform: ${permission} on resource: `),
        );
        return true;
      });
    }
  });
});
