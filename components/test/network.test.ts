// Longer than 250 lines because every endpoint, rule and refusal of the network has its test here.
import { strict as assert } from "node:assert";
import type { GraphResource, Value } from "@spillway/graph";
import { writing } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { findingsOf, iamList } from "../../test/support/internals";
import { announceJob, keepJob, seeJob } from "../../test/support/network-callbacks";
import { publishTo, secret, statements, writeTable } from "../binding";
import { Network } from "../network";
import type { NetworkArgs } from "../network/args";
import { QueueConsumer } from "../queue-consumer";
import { StreamConsumer } from "../stream-consumer";
import { Table } from "../table";
import { TableConsumer } from "../table-consumer";
import { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const functionType = "aws:lambda/function:Function";
const keyArn = "arn:aws:kms:eu-west-1:000000000000:key/11111111-2222-3333-4444-555555555555";
const accountId = "000000000000";

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** Functions of every kind of source; only one of them calls SNS and SSM. */
function program(network: Network | undefined, kmsKeyArn?: string): void {
  const placed = { ...(network && { network }), ...(kmsKeyArn && { kmsKeyArn }) };
  const kept = new Table("kept", { hashKey: "id", stream: true, ...(kmsKeyArn && { kmsKeyArn }) });
  const events = new Topic<{ type: string; id: string }>("events", { ...(kmsKeyArn && { kmsKeyArn }) });
  const key = secret({ parameterArn: `arn:aws:ssm:eu-west-1:${accountId}:parameter/key`, keyArn });
  const announcing = { kept: writeTable(kept), events: publishTo(events), key };
  new QueueConsumer("announce", { callback: announceJob, bindings: announcing, ...placed });
  new QueueConsumer("again", { callback: announceJob, bindings: announcing, ...placed });
  new StreamConsumer("stream", {
    callback: keepJob,
    bindings: { kept: writeTable(kept) },
    enhancedFanOut: true,
    ...placed,
  });
  new TableConsumer("changes", { callback: seeJob, table: kept, ...placed });
  new TopicConsumer("told", { callback: keepJob, bindings: { kept: writeTable(kept) }, topic: events, ...placed });
}

const inNetwork = (args?: NetworkArgs) => () => program(new Network("network", args));
const endpointsOf = (graph: Recorded, kind: string) =>
  graph.all(endpointType).filter(({ inputs }) => inputs.vpcEndpointType === kind);
const servicesOf = (graph: Recorded, kind: string) =>
  endpointsOf(graph, kind).map(({ inputs }) => String(inputs.serviceName).replace("com.amazonaws.eu-west-1.", ""));
const policyOf = (graph: Recorded, name: string) =>
  graph.json("aws:iam/rolePolicy:RolePolicy", name, "policy").Statement as unknown as readonly Statement[];
const shape = (resources: readonly GraphResource[]) => resources.map(({ urn }) => urn).sort();

describe("Network", () => {
  it("is a VPC of isolated subnets without a NAT gateway, where the services' names resolve to the endpoints", async () => {
    const graph = await Recorded.of(inNetwork());
    assert.deepEqual(graph.one("awsx:ec2:Vpc").inputs, {
      cidrBlock: "10.0.0.0/16",
      numberOfAvailabilityZones: 2,
      subnetStrategy: "Auto",
      subnetSpecs: [{ type: "Isolated", name: "isolated" }],
      natGateways: { strategy: "None" },
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });
    const { outputs } = graph.one("spillway:index:Network");
    assert.match(String(outputs.vpcId), /^vpc-[0-9a-f]{17}$/);
    assert.equal(new Set(outputs.subnetIds as readonly Value[]).size, 2);
    const named = await Recorded.of(
      inNetwork({ cidrBlock: "192.168.0.0/24", availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }),
    );
    const { inputs } = named.one("awsx:ec2:Vpc");
    assert.deepEqual(inputs.availabilityZoneNames, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert.equal(inputs.cidrBlock, "192.168.0.0/24");
    assert.equal((named.one("spillway:index:Network").outputs.subnetIds as readonly Value[]).length, 3);
  });

  it("has an interface endpoint for each service that a function calls, without duplicates, and both gateways", async () => {
    const graph = await Recorded.of(inNetwork());
    assert.deepEqual(servicesOf(graph, "Interface").sort(), ["sns", "sqs", "ssm"]);
    assert.deepEqual(servicesOf(graph, "Gateway").sort(), ["dynamodb", "s3"]);
    const { subnetIds, vpcId } = graph.one("spillway:index:Network").outputs;
    const group = graph.one(groupType, "network-endpoints").id;
    for (const { inputs } of endpointsOf(graph, "Interface")) {
      assert.deepEqual(
        [inputs.privateDnsEnabled, inputs.subnetIds, inputs.securityGroupIds, inputs.vpcId],
        [true, subnetIds, [group], vpcId],
      );
    }
    for (const { inputs } of endpointsOf(graph, "Gateway")) {
      assert.equal((inputs.routeTableIds as readonly Value[]).length, 2);
    }
  });

  it("needs no endpoint for what Lambda reads, what SNS delivers and how services use a key", async () => {
    const graph = await Recorded.of(() => {
      const network = new Network("network");
      const kept = new Table("kept", { hashKey: "id", stream: true, kmsKeyArn: keyArn });
      const more = { network, kmsKeyArn: keyArn };
      const payloadBucketArn = "arn:aws:s3:::payloads";
      new StreamConsumer("stream", {
        callback: keepJob,
        bindings: { kept: writeTable(kept) },
        payloadBucketArn,
        ...more,
      });
      new TableConsumer("changes", { callback: seeJob, table: kept, ...more });
      const topic = new Topic<{ type: string; id: string }>("events", { kmsKeyArn: keyArn });
      new TopicConsumer("told", { callback: keepJob, bindings: { kept: writeTable(kept) }, topic, ...more });
    });
    // The consumers send their dead letters themselves.
    assert.deepEqual(servicesOf(graph, "Interface"), ["sqs"]);
  });

  it("has an endpoint for each service in a callback's own statements, by its endpoint name", async () => {
    const calling = (action: string, args?: NetworkArgs) => () => {
      const network = new Network("network", args);
      const table = writeTable(new Table("kept", { hashKey: "id" }));
      const parameter = statements("x", { actions: [action], resources: ["arn:aws:x:eu-west-1:000000000000:x"] });
      new QueueConsumer("jobs", { callback: writing, bindings: { table, parameter }, network });
    };
    const servicesFor = async (...of: Parameters<typeof calling>) =>
      servicesOf(await Recorded.of(calling(...of)), "Interface").filter((service) => service !== "sqs");
    assert.deepEqual(await servicesFor("kinesis:PutRecord"), ["kinesis-streams"]);
    assert.deepEqual(await servicesFor("cloudwatch:GetMetricData"), ["monitoring"]);
    assert.deepEqual(await servicesFor("kms:Decrypt"), ["kms"]);
    assert.deepEqual(await servicesFor("s3:GetObject"), []);
    assert.deepEqual(await servicesFor("ses:SendEmail", { services: { ses: "email" } }), ["email"]);
    assert.deepEqual(await servicesFor("sns:Publish", { services: { sns: "cn.com.amazonaws.cn-north-1.sns" } }), [
      "cn.com.amazonaws.cn-north-1.sns",
    ]);
    assert.match(
      await refusal(calling("ses:SendEmail")),
      /Network "network": a function in it calls ses:SendEmail, and the interface endpoint .* services: \{ ses: "email" \}/,
    );
  });

  it("admits through its endpoints only the account's own callers, to the account's own resources", async () => {
    const graph = await Recorded.of(inNetwork());
    assert.equal(graph.all(endpointType).length, 5);
    for (const { inputs } of graph.all(endpointType)) {
      const { Statement: said } = JSON.parse(String(inputs.policy));
      assert.deepEqual(
        said.map(({ Effect, Condition }: { Effect: string; Condition: unknown }) => ({ Effect, Condition })),
        [
          {
            Effect: "Allow",
            Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
          },
        ],
      );
    }
  });

  it("lets functions reach only the endpoints, and only functions reach the endpoints", async () => {
    const graph = await Recorded.of(inNetwork());
    const [functions, endpoints] = ["functions", "endpoints"].map((what) => graph.one(groupType, `network-${what}`));
    assert.ok(functions && endpoints);
    for (const { inputs } of [functions, endpoints])
      assert.deepEqual([inputs.ingress, inputs.egress], [undefined, undefined]);
    const prefixLists = endpointsOf(graph, "Gateway").map(({ outputs }) => outputs.prefixListId);
    const targetOf = ({ inputs }: GraphResource) => inputs.referencedSecurityGroupId ?? inputs.prefixListId;
    assert.deepEqual(graph.all(egressType).map(targetOf), [endpoints.id, ...prefixLists]);
    assert.deepEqual(graph.all(ingressType).map(targetOf), [functions.id]);
    for (const { inputs } of [...graph.all(egressType), ...graph.all(ingressType)]) {
      assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443]);
      assert.deepEqual([inputs.cidrIpv4, inputs.cidrIpv6], [undefined, undefined]);
      assert.match(String(inputs.description), /^[A-Za-z0-9 ._:/()#,@[\]+=&;{}!$*-]{1,255}$/);
    }
    for (const { inputs } of graph.all(egressType)) assert.equal(inputs.securityGroupId, functions.id);
    for (const { inputs } of graph.all(ingressType)) assert.equal(inputs.securityGroupId, endpoints.id);
    const { inputs } = graph.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    assert.deepEqual([inputs.ingress, inputs.egress], [[], []]);
  });

  it("places each function, which depends on the endpoints that it needs", async () => {
    const graph = await Recorded.of(inNetwork());
    const { subnetIds, securityGroupId } = graph.one("spillway:index:Network").outputs;
    const ways = [...endpointsOf(graph, "Gateway"), ...graph.all(egressType), ...graph.all(ingressType)];
    const endpoint = (service: string) => graph.one(endpointType, `network-${service}`).urn;
    for (const { name, inputs, options } of graph.all(functionType)) {
      assert.deepEqual(inputs.vpcConfig, { subnetIds, securityGroupIds: [securityGroupId] });
      for (const { urn } of ways) assert.ok(options.dependsOn.includes(urn), `${name} waits for ${urn}`);
      assert.ok(options.dependsOn.includes(endpoint("sqs")));
      const announces = name === "announce" || name === "again";
      for (const service of ["sns", "ssm"]) assert.equal(options.dependsOn.includes(endpoint(service)), announces);
    }
  });

  it("lets Lambda create the network interfaces with the function's role, and grants nothing else to it", async () => {
    const [without, within] = [
      await Recorded.of(() => program(undefined, keyArn)),
      await Recorded.of(() => program(new Network("network"), keyArn)),
    ];
    // Lambda's own requests have no source function: a function's code may not touch interfaces.
    const notByCode = { Null: { "lambda:SourceFunctionArn": "true" } };
    for (const name of ["announce", "stream", "changes", "told"]) {
      const before = new Set(policyOf(without, name).map((statement) => JSON.stringify(statement)));
      const added = policyOf(within, name).filter((statement) => !before.has(JSON.stringify(statement)));
      assert.equal(policyOf(within, name).length, before.size + 2);
      assert.deepEqual(
        added.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition })),
        [
          {
            Condition: notByCode,
            Action: [
              "ec2:CreateNetworkInterface",
              "ec2:DeleteNetworkInterface",
              "ec2:AssignPrivateIpAddresses",
              "ec2:UnassignPrivateIpAddresses",
            ],
            Resource: [`arn:aws:ec2:eu-west-1:${accountId}:*/*`],
          },
          {
            Condition: notByCode,
            Action: ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
            Resource: ["*"],
          },
        ],
      );
    }
  });

  it("explains every wildcard of its statements, and violates no mandatory policy", async () => {
    for (const preview of [false, true]) {
      const { graph } = await Recorded.of(inNetwork(), { preview });
      if (!preview) assert.match(iamList(graph).markdown, /An endpoint's policy grants nothing/);
      const broken = findingsOf(graph).filter(({ level }) => level === "mandatory");
      assert.deepEqual(broken, []);
    }
  });

  it("logs rejected traffic", async () => {
    const graph = await Recorded.of(inNetwork({ logRetention: 365, kmsKeyArn: keyArn }));
    const group = graph.one("aws:cloudwatch/logGroup:LogGroup", "network-refused");
    assert.deepEqual(group.inputs, { retentionInDays: 365, kmsKeyId: keyArn });
    assert.deepEqual(graph.one("aws:ec2/flowLog:FlowLog").inputs, {
      vpcId: graph.one("spillway:index:Network").outputs.vpcId,
      trafficType: "REJECT",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.outputs.arn,
      iamRoleArn: graph.one("aws:iam/role:Role", "network-refused").outputs.arn,
    });
    for (const { Resource } of policyOf(graph, "network-refused")) {
      assert.deepEqual(Resource, [group.outputs.arn, `${group.outputs.arn}:*`]);
    }
  });

  it("shows every resource in a preview, where no value of AWS is known", async () => {
    const [preview, deployed] = [
      await Recorded.of(inNetwork(), { preview: true }),
      await Recorded.of(inNetwork(), { preview: false }),
    ];
    assert.deepEqual(shape(preview.graph.resources), shape(deployed.graph.resources));
    assert.ok(preview.graph.resources.length > 40);
    assert.deepEqual(servicesOf(preview, "Interface").sort(), ["sns", "sqs", "ssm"]);
  });

  it("is off by default, and then no network resource is created", async () => {
    const graph = await Recorded.of(() => program(undefined));
    assert.deepEqual(
      graph.graph.resources.filter(({ type }) => /^awsx?:(ec2|vpc)/.test(type)),
      [],
    );
    for (const { inputs } of graph.all(functionType)) assert.equal(inputs.vpcConfig, undefined);
    assert.doesNotMatch(JSON.stringify(graph.graph.resources), /ec2:/);
  });

  it("reports everything that AWS would refuse together", async () => {
    const says = await refusal(
      () => void new Network("network", { cidrBlock: "10.0.0.1/16", availabilityZones: 7, logRetention: 2 }),
    );
    for (const part of [
      'cidrBlock is "10.0.0.1/16"; its address has bits beyond its length',
      "availabilityZones is 7; a network takes a whole number from 1 to 6.",
      "logRetention is 2 days; CloudWatch Logs allows 1, 3,",
    ]) {
      assert.ok(says.includes(part), `${part} in ${says}`);
    }
    const faultOf = (cidrBlock: string, availabilityZones: number) =>
      refusal(() => void new Network("network", { cidrBlock, availabilityZones }));
    assert.match(await faultOf("10.0.0.0/8", 2), /a VPC takes IPv4 addresses from a \/16 to a \/28/);
    assert.match(await faultOf("10.0.0.0", 2), /a VPC takes IPv4 addresses/);
    assert.match(await faultOf("10.0.0.0/27", 3), /3 zones need a \/28 each, so give at least a \/26\./);
  });
});
