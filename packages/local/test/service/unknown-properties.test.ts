// What the local run does with properties that it does not know, whichever service they belong to.
import { strict as assert } from "node:assert";
import { tmpdir } from "node:os";
import { createApiGateway } from "../../api-gateway/service";
import { dynamodbProvisioners } from "../../dynamodb/provision";
import { createEvents } from "../../events/service";
import { kinesisProvisioners } from "../../kinesis/provision";
import { lambdaProvisioners } from "../../lambda/provision";
import { createLambda, type Lambda } from "../../lambda/service";
import { createS3OnDemand } from "../../s3/on-demand";
import { createScheduler } from "../../scheduler/service";
import { secretProvisioners } from "../../secrets/provision";
import { SecretStore } from "../../secrets/store";
import { createAsk } from "../../service/ask";
import type { Provisioners } from "../../service/provision";
import { snsProvisioners } from "../../sns/provision";
import { sqsProvisioners } from "../../sqs/provision";
import { graphResource } from "../support/graph-resource";
import { accountId, manualClock, region } from "../support/sqs";

describe("a property that the local run does not know", () => {
  const clock = manualClock();
  const asked: string[] = [];
  const ask = createAsk([], [{ before: (_principal, service, action) => void asked.push(`${service}:${action}`) }]);
  const common = { clock, ask, accountId, region, address: () => "http://127.0.0.1:1" };
  let lambda: Lambda;
  let provisioners: Provisioners;
  before(() => {
    lambda = createLambda(common);
    provisioners = {
      ...sqsProvisioners(ask),
      ...snsProvisioners(ask),
      ...dynamodbProvisioners(ask),
      ...kinesisProvisioners(ask),
      ...lambdaProvisioners({ lambda, ask, clock, projectRoot: tmpdir() }),
      ...createApiGateway({ ...common, log: () => {} }).provisioners,
      ...createScheduler(common).provisioners,
      ...createEvents(common).provisioners,
      ...secretProvisioners(new SecretStore({ root: tmpdir(), accountId, region })),
      ...createS3OnDemand({ ...common, bucketArn: (name) => name }).provisioners,
    };
  });
  after(() => lambda.close());

  it("is refused by name for every type of resource, before anything is created", async () => {
    assert.ok(Object.keys(provisioners).length >= 40);
    for (const [type, provision] of Object.entries(provisioners)) {
      await assert.rejects(provision(graphResource(type, "mine", { shape: "round" })), {
        message: `${type} "mine": the local run does not have shape; leave it out of the program that is run locally.`,
      });
    }
    assert.deepEqual(asked, []);
  });

  it("is refused together with the other unknown ones", async () => {
    const create = provisioners["aws:sqs/queue:Queue"] ?? assert.fail();
    await assert.rejects(create(graphResource("aws:sqs/queue:Queue", "q", { shape: "round", colour: 1 })), {
      message: /does not have shape, colour; leave them out/,
    });
  });

  it("may be present with a value that AWS treats as left out", async () => {
    const create = provisioners["aws:scheduler/scheduleGroup:ScheduleGroup"] ?? assert.fail();
    const nothing = { shape: null, colour: "", round: false, parts: [], sizes: { width: null } };
    await create(graphResource("aws:scheduler/scheduleGroup:ScheduleGroup", "g", { name: "g", ...nothing }));
  });
});

describe("a resource that is imported from AWS", () => {
  it("is refused for every type", async () => {
    const { "aws:sqs/queue:Queue": create = assert.fail() } = sqsProvisioners(createAsk([]));
    const queue = graphResource("aws:sqs/queue:Queue", "q", { name: "q" });
    await assert.rejects(create({ ...queue, options: { ...queue.options, importId: "q" } }), {
      message: /^aws:sqs\/queue:Queue "q": it imports what exists on AWS, which the local run cannot reach/,
    });
  });
});
