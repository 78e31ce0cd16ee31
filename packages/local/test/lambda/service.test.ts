// Lambda's API on the front, driven by the AWS SDK.
import assert from "node:assert/strict";
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { type Front, startFront } from "../../http/front";
import { functionArn, type RunningLambda, roleArn, startLambda } from "../support/lambda";
import { accountId, region } from "../support/sqs";

const fails = "exports.handler = async () => { throw new TypeError('no stock'); };";

describe("Lambda's API on the local run", () => {
  let run: RunningLambda;
  let front: Front;
  let client: LambdaClient;

  before(async () => {
    run = await startLambda();
    front = await startFront({
      port: 0,
      ask: run.ask,
      identify: (key) => run.lambda.identify(key),
      routes: run.lambda.routes,
      region,
      accountId,
    });
    client = new LambdaClient({
      endpoint: front.address,
      region,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
    run.put(
      "echo",
      "exports.handler = async (event, context) => { console.log('seen'); return { event, custom: context.clientContext?.custom }; };",
    );
    run.put("fails", fails);
    run.put("off", fails, { reservedConcurrency: 0 });
  });
  after(async () => {
    client.destroy();
    await front.close();
    await run.close();
  });

  it("invokes and waits for the answer, with the end of the log on request", async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString("base64");
    const answer = await client.send(
      new InvokeCommand({ FunctionName: "echo", Payload: '{"n":"ä"}', LogType: "Tail", ClientContext }),
    );
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.ExecutedVersion, "$LATEST");
    assert.equal(answer.FunctionError, undefined);
    assert.deepEqual(JSON.parse(answer.Payload?.transformToString() ?? ""), { event: { n: "ä" }, custom: { a: "b" } });
    assert.match(Buffer.from(answer.LogResult ?? "", "base64").toString(), /INFO\tseen\nEND RequestId/);
  });

  for (const name of ["echo", functionArn("echo"), `${accountId}:function:echo`, `${functionArn("echo")}:$LATEST`]) {
    it(`finds a function as ${name}`, async () => {
      const answer = await client.send(new InvokeCommand({ FunctionName: name }));
      assert.deepEqual(JSON.parse(answer.Payload?.transformToString() ?? ""), { event: {} });
    });
  }

  it("returns a function's error with status 200 and FunctionError", async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: "fails" }));
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, "Unhandled");
    assert.equal(JSON.parse(answer.Payload?.transformToString() ?? "").errorMessage, "no stock");
  });

  it("runs nothing in a dry run", async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: "fails", InvocationType: "DryRun" }));
    assert.equal(answer.StatusCode, 204);
  });

  const refused: readonly (readonly [string, () => Promise<unknown>, string, number, RegExp])[] = [
    [
      "an unknown function",
      () => client.send(new InvokeCommand({ FunctionName: "none" })),
      "ResourceNotFoundException",
      404,
      /^Function not found: arn:aws:lambda:eu-west-1:000000000000:function:none$/,
    ],
    [
      "a version that is not there",
      () => client.send(new InvokeCommand({ FunctionName: "echo", Qualifier: "3" })),
      "ResourceNotFoundException",
      404,
      /function:echo:3$/,
    ],
    [
      "a payload that is no JSON",
      () => client.send(new InvokeCommand({ FunctionName: "echo", Payload: "{" })),
      "InvalidRequestContentException",
      400,
      /^Could not parse request body into json/,
    ],
    [
      "a payload over 6 MB",
      () => client.send(new InvokeCommand({ FunctionName: "echo", Payload: JSON.stringify("x".repeat(6.3e6)) })),
      "RequestEntityTooLargeException",
      413,
      /smaller than 6291456 bytes/,
    ],
    [
      "an asynchronous payload over 1 MB",
      () =>
        client.send(
          new InvokeCommand({
            FunctionName: "echo",
            InvocationType: "Event",
            Payload: JSON.stringify("x".repeat(1.1e6)),
          }),
        ),
      "RequestEntityTooLargeException",
      413,
      /smaller than 1048576 bytes/,
    ],
    [
      "a function that is switched off",
      () => client.send(new InvokeCommand({ FunctionName: "off" })),
      "TooManyRequestsException",
      429,
      /^Rate Exceeded\.$/,
    ],
    [
      "a change of the code",
      () => client.send(new UpdateFunctionCodeCommand({ FunctionName: "echo", S3Bucket: "b", S3Key: "k" })),
      "InvalidParameterValueException",
      400,
      /kept in the program: edit it there/,
    ],
  ];
  for (const [what, send, name, status, message] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(send(), (error: Error & { $metadata: { httpStatusCode: number } }) => {
        assert.equal(error.name, name);
        assert.equal(error.$metadata.httpStatusCode, status);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("describes functions", async () => {
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    assert.deepEqual(
      Functions.map(({ FunctionName }) => FunctionName),
      ["echo", "fails", "off"],
    );
    const { Configuration, Concurrency } = await client.send(new GetFunctionCommand({ FunctionName: "off" }));
    assert.equal(Configuration?.Role, roleArn);
    assert.equal(Configuration?.State, "Active");
    assert.equal(Configuration?.Timeout, 10);
    assert.match(Configuration?.CodeSha256 ?? "", /^[A-Za-z0-9+/]{43}=$/);
    assert.equal(Concurrency?.ReservedConcurrentExecutions, 0);
  });
});
