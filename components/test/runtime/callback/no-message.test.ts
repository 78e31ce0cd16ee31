// What AWS refuses without saying why, and what it refuses with a code that the client does not know.
import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { causesOf, nameError } from "../../../runtime/callback/errors";

interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe("the message of what AWS refuses", () => {
  /** The error of a client of the SDK for this answer. */
  const refused = async ({ status, body, headers }: Refusal, service: "sqs" | "dynamodb" = "dynamodb") => {
    const server = createServer((_, response) =>
      response.writeHead(status, { "x-amzn-requestid": "r-1", ...headers }).end(body),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const settings = {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    };
    const sqs = new SQSClient(settings);
    const dynamodb = new DynamoDBClient(settings);
    try {
      return await (service === "sqs"
        ? sqs.send(new ListQueuesCommand({}))
        : dynamodb.send(new ListTablesCommand({}))
      ).then(
        () => assert.fail("it was not refused"),
        (error: unknown) => error,
      );
    } finally {
      for (const client of [sqs, dynamodb]) client.destroy();
      server.close();
    }
  };

  it("tells the status and the request where AWS gives no text, and what may be wrong where it could not read", async () => {
    const error = await refused({
      status: 400,
      body: '{"__type":"com.amazon.coral.service#SerializationException"}',
    });
    const told = {
      errorType: "SerializationException",
      errorMessage:
        "AWS gave no reason with status 400, request r-1. It cannot read the request: is there a lone surrogate?",
    };
    assert.deepEqual(nameError(error), told);
    assert.deepEqual(causesOf(new Error("not stored", { cause: error })), [told]);
    const unavailable = nameError(await refused({ status: 503, body: "{}" }));
    assert.equal(unavailable.errorMessage, "AWS gave no reason with status 503, request r-1.");
  });

  it("is AWS's own for a code that the client does not know, also by SQS's header for older clients", async () => {
    const headers = { "x-amzn-query-error": "NewCode;Sender" };
    for (const member of ["message", "Message"]) {
      const body = JSON.stringify({ __type: "com.amazonaws.sqs#NewCode", [member]: "Because of that." });
      for (const service of ["sqs", "dynamodb"] as const) {
        assert.deepEqual(nameError(await refused({ status: 400, body, headers }, service)), {
          errorType: "NewCode",
          errorMessage: "Because of that.",
        });
      }
    }
  });

  it("is that of an error of another library that has the same words", () => {
    assert.equal(nameError(new Error("UnknownError")).errorMessage, "UnknownError");
  });
});
