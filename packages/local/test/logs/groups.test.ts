// Log groups and streams: created, described and deleted by requests, and created by the program.
import assert from "node:assert/strict";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { logProvisioners } from "../../logs/provision";
import { graphResource } from "../support/graph-resource";
import { groupArn, type RunningLogs, startLogs } from "../support/logs";

describe("log groups", () => {
  let logs: RunningLogs;
  beforeEach(async () => {
    logs = await startLogs();
  });
  afterEach(() => logs.stop());

  const described = async (more: object = {}) =>
    (await logs.client.send(new DescribeLogGroupsCommand(more))).logGroups ?? [];

  it("are created once, described and deleted", async () => {
    const logGroupName = "/aws/lambda/orders";
    await logs.client.send(new CreateLogGroupCommand({ logGroupName }));
    await assert.rejects(logs.client.send(new CreateLogGroupCommand({ logGroupName })), {
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
    await logs.client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
    await logs.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" }));
    await logs.put(logGroupName, "s", [logs.clock.now(), "hello"]);
    assert.deepEqual(await described(), [
      {
        logGroupName,
        creationTime: logs.clock.now(),
        retentionInDays: 7,
        metricFilterCount: 0,
        arn: `${groupArn(logGroupName)}:*`,
        storedBytes: 31,
        logGroupClass: "STANDARD",
        logGroupArn: groupArn(logGroupName),
      },
    ]);
    await logs.client.send(new DeleteLogGroupCommand({ logGroupName }));
    assert.deepEqual(await described(), []);
    await assert.rejects(logs.client.send(new DeleteLogGroupCommand({ logGroupName })), {
      name: "ResourceNotFoundException",
    });
  });

  it("are listed by prefix and by pattern, in pages", async () => {
    for (const name of ["/b/two", "/a/one", "/b/one"]) logs.store.createGroup(name);
    const names = async (more: object) => (await described(more)).map(({ logGroupName }) => logGroupName);
    assert.deepEqual(await names({}), ["/a/one", "/b/one", "/b/two"]);
    assert.deepEqual(await names({ logGroupNamePrefix: "/b" }), ["/b/one", "/b/two"]);
    assert.deepEqual(await names({ logGroupNamePattern: "ONE" }), ["/a/one", "/b/one"]);
    const { nextToken } = await logs.client.send(new DescribeLogGroupsCommand({ limit: 2 }));
    assert.deepEqual(await names({ limit: 2, nextToken }), ["/b/two"]);
    await assert.rejects(described({ logGroupNamePrefix: "/b", logGroupNamePattern: "b" }), {
      message: "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    });
  });

  it("have streams by name and by their last event, in both directions", async () => {
    const group = logs.store.createGroup("/streams");
    for (const name of ["a", "b", "c"]) logs.store.createStream(group, name);
    const now = logs.clock.now();
    await logs.put("/streams", "a", [now - 2, "x"], [now, "y"]);
    await logs.put("/streams", "b", [now - 1, "x"]);
    const streams = async (more: object) =>
      (await logs.client.send(new DescribeLogStreamsCommand({ logGroupName: "/streams", ...more }))).logStreams ?? [];
    const names = async (more: object) => (await streams(more)).map(({ logStreamName }) => logStreamName);
    assert.deepEqual(await names({}), ["a", "b", "c"]);
    assert.deepEqual(await names({ descending: true, limit: 2 }), ["c", "b"]);
    assert.deepEqual(await names({ orderBy: "LastEventTime", descending: true }), ["a", "b", "c"]);
    const command = { logGroupName: "/streams", orderBy: "LastEventTime", descending: true, limit: 2 } as const;
    const { nextToken } = await logs.client.send(new DescribeLogStreamsCommand(command));
    assert.deepEqual(await names({ ...command, nextToken }), ["c"]);
    const [first] = await streams({ logStreamNamePrefix: "a" });
    assert.deepEqual(
      [first?.firstEventTimestamp, first?.lastEventTimestamp, first?.lastIngestionTime],
      [now - 2, now, now],
    );
    assert.equal(first?.arn, `${groupArn("/streams")}:log-stream:a`);
    await assert.rejects(streams({ orderBy: "LastEventTime", logStreamNamePrefix: "a" }), {
      message: "Cannot order by LastEventTime with a logStreamNamePrefix.",
    });
  });

  it("of the program are there with their retention, and keep what a function has written already", async () => {
    logs.store.write("orders-1234567", "2026/01/01/[$LATEST]ab", "early");
    const provision = logProvisioners(logs.store)["aws:cloudwatch/logGroup:LogGroup"];
    assert.ok(provision);
    const type = "aws:cloudwatch/logGroup:LogGroup";
    await provision(graphResource(type, "orders", { name: "orders-1234567", retentionInDays: 30, kmsKeyId: "k" }));
    await provision(graphResource(type, "forever", { name: "forever-1234567", retentionInDays: 0 }));
    assert.deepEqual(
      (await described()).map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]),
      [
        ["forever-1234567", undefined],
        ["orders-1234567", 30],
      ],
    );
    assert.deepEqual((await logs.find("orders-1234567")).messages, ["early"]);
    await assert.rejects(
      provision(graphResource(type, "other", { name: "o", dataProtection: "x" })),
      /does not have dataProtection/,
    );
  });

  it("of the class INFREQUENT_ACCESS cannot be searched, as on AWS", async () => {
    logs.store.createGroup("/rare", { logGroupClass: "INFREQUENT_ACCESS" });
    await assert.rejects(logs.find("/rare"), { name: "InvalidOperationException" });
  });

  it("refuse by name what the run does not have", async () => {
    const query = new StartQueryCommand({
      logGroupName: "/a",
      queryString: "fields @message",
      startTime: 0,
      endTime: 1,
    });
    await assert.rejects(logs.client.send(query), /has no action StartQuery\. It has DescribeLogGroups, /);
  });
});
