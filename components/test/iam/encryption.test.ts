import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { Value } from "@spillway/graph";
import {
  asking,
  changed,
  type NoteEvent,
  note,
  onAny,
  publishing,
  putting,
  reading,
} from "../../../test/support/callbacks";
import { Recorded, refusal } from "../../../test/support/component-graph";
import { publishTo, putTo, readTable, secret, sendTo } from "../../binding";
import { HttpIngress } from "../../http-ingress";
import { QueueConsumer } from "../../queue-consumer";
import { Schedule } from "../../schedule";
import { StreamConsumer } from "../../stream-consumer";
import { Table } from "../../table";
import { TableConsumer } from "../../table-consumer";
import { Topic } from "../../topic";
import { TopicConsumer } from "../../topic-consumer";

const id = "11111111-2222-3333-4444-555555555555";
const keyArn = `arn:aws:kms:eu-west-1:000000000000:key/${id}`;
const otherKeyArn = `arn:aws:kms:eu-west-1:000000000000:key/other`;
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;

type KeyStatement = { Action: string[]; Resource: string[]; Condition: Value };

/** What a role may do with keys: actions, the key, and the service through which it may. */
const keyRights = (graph: Recorded, name: string) =>
  (graph.json("aws:iam/rolePolicy:RolePolicy", name, "policy").Statement as KeyStatement[])
    .filter(({ Action }) => Action.some((action) => action.startsWith("kms:")))
    .map(({ Action, Resource, Condition }) => [Action, Resource, Condition]);

const via = (service: string) => ({ StringLike: { "kms:ViaService": `${service}.eu-west-1.*` } });
const encrypt = (key: string, service: string) => [["kms:GenerateDataKey", "kms:Decrypt"], [key], via(service)];
const decrypt = (key: string, service: string) => [["kms:Decrypt"], [key], via(service)];

describe("a customer managed key", () => {
  it("of a queue may be used by its function, by senders, by its endpoint and its schedules", async () => {
    const graph = await Recorded.of(() => {
      const jobs = new QueueConsumer("jobs", { callback: note, kmsKeyArn: keyArn });
      const table = readTable({ name: "t", arn: arn("dynamodb", "table/t") });
      new QueueConsumer("source", { callback: reading, bindings: { table, next: sendTo(jobs) } });
      new HttpIngress("api", { routes: { "POST /jobs": jobs } });
      new Schedule("hourly", { expression: "rate(1 hour)", target: jobs, event: { id: "all" } });
    });
    assert.deepEqual(keyRights(graph, "jobs"), [[["kms:Decrypt", "kms:GenerateDataKey"], [keyArn], via("sqs")]]);
    assert.deepEqual(keyRights(graph, "source"), [encrypt(keyArn, "sqs")]);
    assert.deepEqual(keyRights(graph, "api"), [encrypt(keyArn, "sqs")]);
    assert.deepEqual(keyRights(graph, "hourly"), [encrypt(keyArn, "sqs")]);
  });

  it("of an existing queue, and of its dead-letter queue, may be used by the function", async () => {
    const graph = await Recorded.of(() => {
      new QueueConsumer("jobs", {
        callback: note,
        queue: {
          url: "https://sqs.eu-west-1.amazonaws.com/000000000000/theirs",
          arn: arn("sqs", "theirs"),
          kmsKeyArn: keyArn,
          visibilityTimeout: 180,
          maxReceiveCount: 5,
          deadLetterQueue: {
            url: "https://sqs.eu-west-1.amazonaws.com/000000000000/lost",
            arn: arn("sqs", "lost"),
            kmsKeyArn: otherKeyArn,
          },
        },
      });
    });
    assert.deepEqual(keyRights(graph, "jobs"), [decrypt(keyArn, "sqs"), encrypt(otherKeyArn, "sqs")]);
  });

  it("of a topic may be used by publishers", async () => {
    const graph = await Recorded.of(() => {
      const events = new Topic<NoteEvent>("events", { kmsKeyArn: keyArn });
      new QueueConsumer("source", { callback: publishing, bindings: { events: publishTo(events) } });
    });
    assert.deepEqual(keyRights(graph, "source"), [encrypt(keyArn, "sns")]);
  });

  it("of a stream may be used by producers", async () => {
    const graph = await Recorded.of(() => {
      const jobs = new StreamConsumer("jobs", { callback: note, kmsKeyArn: keyArn });
      new QueueConsumer("source", { callback: putting, bindings: { jobs: putTo(jobs) } });
    });
    assert.deepEqual(keyRights(graph, "jobs"), [decrypt(keyArn, "kinesis"), encrypt(keyArn, "sqs")]);
    assert.deepEqual(keyRights(graph, "source"), [[["kms:GenerateDataKey"], [keyArn], via("kinesis")]]);
  });

  it("of a dead-letter queue may be used by every function that stores dead letters", async () => {
    const graph = await Recorded.of(() => {
      const stream = { arn: arn("kinesis", "stream/theirs") };
      new StreamConsumer("stream", { callback: note, stream, kmsKeyArn: keyArn });
      const table = { streamArn: arn("dynamodb", "table/t/stream/2026-01-01T00:00:00.000") };
      new TableConsumer("table", { callback: changed, table, kmsKeyArn: keyArn });
      new TopicConsumer("topic", { callback: onAny, topic: new Topic<NoteEvent>("events"), kmsKeyArn: keyArn });
    });
    for (const name of ["stream", "table", "topic"])
      assert.deepEqual(keyRights(graph, name), [encrypt(keyArn, "sqs")], name);
  });

  it("is not granted where the AWS managed key is used", async () => {
    const graph = await Recorded.of(() => {
      const events = new Topic<NoteEvent>("events");
      new QueueConsumer("source", { callback: publishing, bindings: { events: publishTo(events) } });
    });
    assert.deepEqual(keyRights(graph, "source"), []);
  });

  it("of a table may be used by its readers and writers, and by the consumer of its stream", async () => {
    const graph = await Recorded.of(() => {
      const table = new Table("t", { hashKey: "id", stream: true, kmsKeyArn: keyArn });
      new QueueConsumer("source", { callback: reading, bindings: { table: readTable(table), next: queue() } });
      new TableConsumer("changes", { callback: changed, table });
    });
    assert.deepEqual(keyRights(graph, "source"), [decrypt(keyArn, "dynamodb")]);
    assert.deepEqual(keyRights(graph, "changes"), [decrypt(keyArn, "dynamodb")]);
    assert.deepEqual(graph.one("aws:dynamodb/table:Table").inputs.serverSideEncryption, {
      enabled: true,
      kmsKeyArn: keyArn,
    });
  });

  it("that was used before may decrypt, and encrypts nothing", async () => {
    const former = { formerKmsKeyArn: keyArn };
    const graph = await Recorded.of(() => {
      new QueueConsumer("own", { callback: note, ...former });
      new StreamConsumer("records", { callback: note, ...former });
      const table = new Table("t", { hashKey: "id", stream: true, kmsKeyArn: otherKeyArn, ...former });
      new QueueConsumer("source", { callback: reading, bindings: { table: readTable(table), next: queue() } });
      new TableConsumer("changes", { callback: changed, table });
    });
    assert.deepEqual(keyRights(graph, "own"), [decrypt(keyArn, "sqs")]);
    assert.deepEqual(keyRights(graph, "records"), [decrypt(keyArn, "kinesis")]);
    assert.deepEqual(keyRights(graph, "source"), [decrypt(otherKeyArn, "dynamodb"), decrypt(keyArn, "dynamodb")]);
    assert.deepEqual(keyRights(graph, "changes"), [decrypt(otherKeyArn, "dynamodb"), decrypt(keyArn, "dynamodb")]);
    for (const { name, inputs } of graph.all("aws:sqs/queue:Queue")) {
      assert.deepEqual([inputs.kmsMasterKeyId, inputs.sqsManagedSseEnabled], [undefined, true], name);
    }
    assert.equal(graph.one("aws:kinesis/stream:Stream").inputs.kmsKeyId, "alias/aws/kinesis");
    const faulty = () => void new QueueConsumer("own", { callback: note, formerKmsKeyArn: "alias/data" });
    assert.match(await refusal(faulty), /formerKmsKeyArn is "alias\/data"; IAM knows keys by their ARNs only/);
  });

  it("may be used only through the service that it is granted for, in China and elsewhere", async () => {
    const [china, london] = ["arn:aws-cn:kms:cn-north-1", "arn:aws:kms:eu-west-2"].map(
      (arn) => `${arn}:000000000000:key/k`,
    );
    const graph = await Recorded.of(() => {
      new QueueConsumer("china", { callback: note, kmsKeyArn: china ?? "" });
      const key = secret({ secretArn: arn("secretsmanager", "secret:s"), keyArn: london ?? "" });
      const parameter = secret({ parameterArn: arn("ssm", "parameter/p"), keyArn: london ?? "" });
      new QueueConsumer("source", { callback: asking, bindings: { key, parameter } });
    });
    const ways = (name: string) => keyRights(graph, name).map(([, , condition]) => condition);
    assert.deepEqual(ways("china"), [{ StringLike: { "kms:ViaService": "sqs.cn-north-1.*" } }]);
    assert.deepEqual(ways("source"), [
      { StringLike: { "kms:ViaService": "secretsmanager.eu-west-2.*" } },
      { StringLike: { "kms:ViaService": "ssm.eu-west-2.*" } },
    ]);
  });

  it("encrypts queues, dead letters, topics, streams and logs", async () => {
    const graph = await Recorded.of(() => {
      new QueueConsumer("jobs", { callback: note, kmsKeyArn: keyArn });
      new StreamConsumer("records", { callback: note, kmsKeyArn: keyArn });
      new Topic<NoteEvent>("events", { kmsKeyArn: keyArn });
    });
    for (const { name, inputs } of graph.all("aws:sqs/queue:Queue")) {
      assert.deepEqual([inputs.kmsMasterKeyId, inputs.sqsManagedSseEnabled], [keyArn, undefined], name);
    }
    assert.equal(graph.one("aws:kinesis/stream:Stream").inputs.kmsKeyId, keyArn);
    assert.equal(graph.one("aws:sns/topic:Topic").inputs.kmsMasterKeyId, keyArn);
    const logs = graph.all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs.kmsKeyId);
    assert.deepEqual(logs, [keyArn, keyArn]);
  });

  it("is refused when given as an alias or an id, which no policy can name", async () => {
    for (const kmsKeyArn of ["alias/mine", id, "arn:aws:kms:eu-west-1:000000000000:alias/mine"]) {
      for (const program of [
        () => new Topic<NoteEvent>("events", { kmsKeyArn }),
        () => new QueueConsumer("jobs", { callback: note, kmsKeyArn }),
        () => new StreamConsumer("jobs", { callback: note, kmsKeyArn }),
        () => new Table("jobs", { hashKey: "id", kmsKeyArn }),
        // Known in the deployment only.
        () => new Topic<NoteEvent>("events", { kmsKeyArn: pulumi.output(Promise.resolve(kmsKeyArn)) }),
      ]) {
        const says = await refusal(program);
        assert.ok(says.includes(kmsKeyArn) && says.includes("IAM knows keys by their ARNs only"), says);
        assert.ok(!says.includes("error serializing"), says);
      }
    }
  });
});

function queue() {
  return sendTo(new QueueConsumer("jobs", { callback: note }));
}
