// Reads a schedule of the evaluated program. Refuses what Scheduler refuses, in its words where they are known, and
// what cannot run here.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
import type { GraphResource } from "@spillway/graph";
import { type Expression, parseExpression, parseMoment } from "spillway/syntax/schedule-expression";
import { isTimeZone } from "spillway/syntax/time-zone";
import { checkName, deadLetterArnIn, required, retryPolicyIn } from "../delivery/inputs";
import { serviceOf, type Target } from "../delivery/target";
import { inRange, invalid, oneOf } from "../service/errors";
import { arnOf, type Place } from "../service/place";
import { refuseUnknown } from "../service/provisioner";
import { numberIn, partIn, physicalName, textIn, type Values } from "../service/values";
import type { ScheduleDefinition } from "./definition";

export const defaultGroup = "default";

/** Throws an Error for input that AWS or the local run refuses. */
export function scheduleOf(resource: GraphResource, place: Place): ScheduleDefinition {
  const { inputs, outputs } = resource;
  const target = partIn(inputs, "target");
  refuseUnknown(target, { known: ofTarget }, "target.");
  const name = checkName(physicalName(resource));
  const groupName = textIn(inputs, "groupName") || defaultGroup;
  const scheduleExpression = required(inputs, "scheduleExpression");
  const timeZone = textIn(inputs, "scheduleExpressionTimezone") || "UTC";
  if (!isTimeZone(timeZone)) {
    throw invalid(
      `Invalid ScheduleExpressionTimezone ${timeZone}. It takes the name of a time zone of the IANA database, as Europe/Berlin.`,
    );
  }
  const [startDate, endDate] = [momentIn(inputs, "startDate"), momentIn(inputs, "endDate")];
  if (startDate !== undefined && endDate !== undefined && endDate <= startDate) {
    throw invalid("The EndDate you specify must come after the StartDate.");
  }
  const roleArn = required(target, "roleArn", "target.roleArn");
  if (!/^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) {
    throw invalid(`target.roleArn is "${roleArn}", which is not the ARN of a role.`);
  }
  const to = targetOf(target);
  const state = oneOf("state", textIn(inputs, "state"), ["ENABLED", "DISABLED"], "ENABLED");
  return {
    name,
    groupName,
    arn: textIn(outputs, "arn") ?? arnOf(place, "scheduler", `schedule/${groupName}/${name}`),
    description: textIn(inputs, "description"),
    scheduleExpression,
    expression: expressionOf(scheduleExpression),
    timeZone,
    startDate,
    endDate,
    enabled: state === "ENABLED",
    flexibleWindow: windowIn(inputs),
    actionAfterCompletion: oneOf(
      "actionAfterCompletion",
      textIn(inputs, "actionAfterCompletion"),
      ["NONE", "DELETE"],
      "NONE",
    ),
    target: to,
    roleArn,
    input: inputIn(target, to),
    retryPolicy: retryPolicyIn(target, "target."),
    deadLetterArn: deadLetterArnIn(target, "target."),
  };
}

/** These properties are read here. Those in the last line have no effect on one machine. */
export const scheduleProperties = {
  known: [
    ...["groupName", "scheduleExpression", "scheduleExpressionTimezone", "startDate", "endDate", "state"],
    ...["flexibleTimeWindow", "actionAfterCompletion", "target"],
    "kmsKeyArn",
  ],
};
const ofTarget = [
  ...["arn", "roleArn", "input", "retryPolicy", "deadLetterConfig", "sqsParameters", "eventbridgeParameters"],
];

function expressionOf(text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    throw invalid(`Invalid Schedule Expression ${text}: ${(error as Error).message}.`);
  }
}

function momentIn(inputs: Values, name: string): number | undefined {
  const text = textIn(inputs, name);
  if (text === undefined || text === "") return undefined;
  const moment = parseMoment(text);
  if (moment === undefined)
    throw new Error(`${name} is "${text}"; it takes a day and time that exist, written as 2030-01-01T01:00:00Z.`);
  return moment;
}

function windowIn(inputs: Values): number {
  const given = partIn(inputs, "flexibleTimeWindow");
  const minutes = numberIn(given, "maximumWindowInMinutes");
  required(given, "mode", "flexibleTimeWindow.mode");
  const mode = oneOf("flexibleTimeWindow.mode", textIn(given, "mode"), ["OFF", "FLEXIBLE"], "OFF");
  if (mode === "OFF") {
    if (minutes !== undefined)
      throw invalid("MaximumWindowInMinutes must not be set when FlexibleTimeWindow mode is OFF.");
    return 0;
  }
  if (minutes === undefined)
    throw invalid("MaximumWindowInMinutes must be set when FlexibleTimeWindow mode is FLEXIBLE.");
  return inRange("flexibleTimeWindow.maximumWindowInMinutes", minutes, 1, 1440);
}

function targetOf(values: Values): Target {
  const arn = required(values, "arn", "target.arn");
  const service = serviceOf(arn);
  if (service === undefined) {
    throw new Error(
      `target.arn is ${arn}; the local run's schedules deliver to queues, topics, functions and event buses, given by their own ARNs.`,
    );
  }
  const messageGroupId = textIn(partIn(values, "sqsParameters"), "messageGroupId");
  const isFifo = arn.endsWith(".fifo");
  if (service === "sns" && isFifo) {
    throw new Error(`target.arn is ${arn}; a schedule gives no message group, which a FIFO topic needs.`);
  }
  if (service === "sqs" && isFifo !== (messageGroupId !== undefined)) {
    throw invalid(
      isFifo
        ? `target.sqsParameters.messageGroupId must be set for the FIFO queue ${arn}.`
        : `target.sqsParameters.messageGroupId must not be set for ${arn}, which is not a FIFO queue.`,
    );
  }
  if (service !== "events") return { service, arn, messageGroupId };
  const parameters = partIn(values, "eventbridgeParameters");
  const source = required(parameters, "source", "target.eventBridgeParameters.source");
  const detailType = required(parameters, "detailType", "target.eventBridgeParameters.detailType");
  if (source.startsWith("aws."))
    throw invalid(`target.eventBridgeParameters.source cannot begin with "aws.": ${source}.`);
  return { service, arn, event: { source, detailType } };
}

/** Queues and topics accept any text. Functions and buses accept JSON. */
function inputIn(values: Values, { service }: Target): string | undefined {
  const input = textIn(values, "input");
  if (input === undefined || input === "") return undefined;
  if (service === "lambda" || service === "events") {
    try {
      JSON.parse(input.replace(/<aws\.scheduler\.[a-z-]+>/g, "0"));
    } catch {
      throw invalid(`target.input must be well-formed JSON for a target of this type; given: ${input}`);
    }
  }
  return input;
}
