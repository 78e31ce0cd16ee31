// Scheduler and EventBridge beside real queues, and a topic and a function that note what they get, on a clock that the
// test moves.
import assert from "node:assert/strict";
import type { Value } from "@spillway/graph";
import { createEvents } from "../../events/service";
import { createScheduler } from "../../scheduler/service";
import { createAsk, type Message, type Observer, type Principal, type Service, ServiceError } from "../../service/ask";
import type { Clock } from "../../service/clock";
import type { Provisioners } from "../../service/provision";
import { sqsProvisioners } from "../../sqs/provision";
import { createSqs } from "../../sqs/service";
import { graphResource } from "./graph-resource";
import { accountId, manualClock, region, user } from "./sqs";

export const roleArn = "arn:aws:iam::000000000000:role/deliveries";
export const queueArn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
export const topicArn = `arn:aws:sns:${region}:${accountId}:alerts`;
export const scheduleArn = (name: string, group = "default") =>
  `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
export const eventsArn = (resource: string) => `arn:aws:events:${region}:${accountId}:${resource}`;
export const functionArn = `arn:aws:lambda:${region}:${accountId}:function:work`;

/** A request that a topic, a function or a queue has got from one of our services. */
export interface Asked {
  readonly principal: Principal;
  readonly action: string;
  readonly input: Message;
  /** On the run's clock. */
  readonly at: number;
}

export interface Received {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId: string | undefined;
  readonly traceHeader: string | undefined;
}

interface Options {
  readonly clock?: Clock;
  random?(): number;
  readonly observers?: readonly Observer[];
}

export async function startDeliveries({ clock = manualClock(), random, observers = [] }: Options = {}) {
  const problems: string[] = [];
  const asked: Asked[] = [];
  /** Answers of the topic and the function to come, before they take everything. */
  const failures: ServiceError[] = [];
  const noting = (name: string): Service => ({
    name,
    handle: async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return {};
    },
    close: async () => {},
  });
  const sqs = await createSqs({ clock, address: () => "http://127.0.0.1:1", accountId, region });
  const settings = {
    clock,
    ask: (...request: Parameters<ReturnType<typeof createAsk>>) => ask(...request),
    accountId,
    region,
    onProblem: (message: string) => problems.push(message),
  };
  const scheduler = createScheduler({ ...settings, ...(random && { random }) });
  const events = createEvents(settings);
  const ask = createAsk(
    [sqs, scheduler.service, events.service, noting("sns"), noting("lambda")],
    [
      {
        before: (principal, _service, action, input) => {
          if (principal.kind === "service") asked.push({ principal, action, input, at: clock.now() });
        },
      },
      ...observers,
    ],
  );
  const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    await ask(user, "sqs", "CreateQueue", { QueueName, Attributes });
  };
  const provisioners: Provisioners = { ...sqsProvisioners(ask), ...scheduler.provisioners, ...events.provisioners };
  /** As the evaluated program has it, with a provider that answers the name and nothing else. */
  const provision = async (type: string, name: string, inputs: Record<string, Value>) => {
    const provisioner = provisioners[type];
    assert.ok(provisioner, `no provisioner for ${type}`);
    await provisioner(graphResource(type, name, inputs, { name, ...inputs }));
  };
  /** An hourly one to the queue `sweep`, from an hour on, unless the inputs say otherwise. */
  const schedule = (name: string, { target, ...inputs }: Record<string, Value> = {}) =>
    provision("aws:scheduler/schedule:Schedule", name, {
      ...(inputs.scheduleExpression === undefined && {
        scheduleExpression: "rate(1 hour)",
        startDate: "2026-01-01T01:00:00Z",
      }),
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: queueArn("sweep"), roleArn, input: "{}", ...(target as Record<string, Value>) },
      ...inputs,
    });
  const bus = (name: string, inputs: Record<string, Value> = {}) =>
    provision("aws:cloudwatch/eventBus:EventBus", name, inputs);
  /** One that takes every event of the source `shop`, unless the inputs say otherwise. */
  const rule = (name: string, inputs: Record<string, Value> = { eventPattern: '{"source":["shop"]}' }) =>
    provision("aws:cloudwatch/eventRule:EventRule", name, inputs);
  /** The queue `orders`, unless the inputs say otherwise. */
  const target = (ruleName: string, inputs: Record<string, Value> = {}) =>
    provision("aws:cloudwatch/eventTarget:EventTarget", `${ruleName}-target`, {
      rule: ruleName,
      arn: queueArn("orders"),
      ...inputs,
    });
  /** Takes up to ten messages from a queue. */
  const receive = async (name: string): Promise<readonly Received[]> => {
    const QueueUrl = `http://127.0.0.1:1/${accountId}/${name}`;
    const input = {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    };
    const { Messages = [] } = await ask(user, "sqs", "ReceiveMessage", input);
    const messages = Messages as readonly Message[];
    for (const { ReceiptHandle } of messages) await ask(user, "sqs", "DeleteMessage", { QueueUrl, ReceiptHandle });
    return messages.map(({ Body, Attributes, MessageAttributes = {} }) => {
      const system = Attributes as Record<string, string>;
      const attributes = Object.entries(MessageAttributes as Record<string, { StringValue: string }>);
      return {
        body: String(Body),
        attributes: Object.fromEntries(attributes.map(([key, { StringValue }]) => [key, StringValue])),
        groupId: system.MessageGroupId,
        traceHeader: system.AWSTraceHeader,
      };
    });
  };
  const bodies = async (name: string) => (await receive(name)).map(({ body }) => body);
  const close = async () => {
    await scheduler.close();
    await events.close();
    await sqs.close();
  };
  return {
    clock,
    ask,
    scheduler,
    events,
    problems,
    asked,
    failures,
    createQueue,
    provisioners,
    provision,
    schedule,
    bus,
    rule,
    target,
    receive,
    bodies,
    close,
  };
}

export type Deliveries = Awaited<ReturnType<typeof startDeliveries>>;

/** Lets promises go on that wait for what has just happened. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

export const throttled = () => new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429);
