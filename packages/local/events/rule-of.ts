// Reads the rules of the evaluated program and their targets. Refuses what EventBridge refuses, in its words where they
// are known, and what cannot run here.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html and API_PutTargets.html
import type { GraphResource } from "@spillway/graph";
import { type Expression, parseExpression } from "spillway/syntax/schedule-expression";
import { checkName, deadLetterArnIn, required, retryPolicyIn } from "../delivery/inputs";
import { serviceOf, type Target } from "../delivery/target";
import { invalid, oneOf } from "../service/errors";
import { arnOf, type Place } from "../service/place";
import { booleanIn, documentIn, partIn, physicalName, textIn, type Values } from "../service/values";
import type { RuleDefinition, TargetDefinition } from "./definition";
import { compileEventPattern } from "./event-pattern";
import { checkInput, type TargetInput } from "./target-input";

export const defaultBus = "default";

/** A bus is given by its name or its ARN. */
export const busNameOf = (nameOrArn: string | undefined) => nameOrArn?.replace(/^arn:.*:event-bus\//, "") || defaultBus;

/** Throws an Error for input that AWS or the local run refuses. */
export function ruleOf(resource: GraphResource, place: Place): RuleDefinition {
  const { inputs, outputs } = resource;
  const name = checkName(physicalName(resource));
  const busName = busNameOf(textIn(inputs, "eventBusName"));
  const pattern = documentIn(inputs, "eventPattern");
  const schedule = textIn(inputs, "scheduleExpression") || undefined;
  if (pattern === undefined && schedule === undefined) {
    throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  if (schedule !== undefined && busName !== defaultBus) {
    throw invalid("ScheduleExpression is supported only on the default event bus.");
  }
  const states = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] as const;
  const otherwise = booleanIn(inputs, "isEnabled") === false ? "DISABLED" : "ENABLED";
  const state = oneOf("state", textIn(inputs, "state"), states, otherwise);
  return {
    name,
    busName,
    arn:
      textIn(outputs, "arn") ??
      arnOf(place, "events", busName === defaultBus ? `rule/${name}` : `rule/${busName}/${name}`),
    description: textIn(inputs, "description"),
    enabled: state !== "DISABLED",
    state,
    eventPattern: pattern === undefined ? undefined : { text: pattern, matches: compileEventPattern(pattern) },
    schedule: schedule === undefined ? undefined : { text: schedule, expression: expressionOf(schedule) },
  };
}

/** These properties are read here. Those in the last line have no effect on one machine. */
export const ruleProperties = {
  known: [...["eventBusName", "eventPattern", "scheduleExpression", "state", "isEnabled"], "forceDestroy"],
  refused: { roleArn: "roleArn of a rule is not supported by the local run; give it to the target." },
};

/** Rules have no one-time schedules. Their rates are written `1 hour` and `2 hours`. */
function expressionOf(text: string): Expression {
  const refusal = (reason: string) => invalid(`Parameter ScheduleExpression is not valid. ${text}: ${reason}.`);
  let expression: Expression;
  try {
    expression = parseExpression(text);
  } catch (error) {
    throw refusal((error as Error).message);
  }
  if (expression.kind === "at") throw refusal("rules have rate(…) and cron(…) only");
  const [, value, plural] = /^rate\(\s*(\d+)\s+[a-z]+?(s?)\s*\)$/.exec(text) ?? [];
  if (value !== undefined && (value === "1") === (plural === "s")) {
    throw refusal("a rate of 1 has a unit in the singular, any other in the plural");
  }
  return expression;
}

export interface TargetOfRule {
  readonly busName: string;
  readonly ruleName: string;
  readonly definition: TargetDefinition;
}

export function targetOf(resource: GraphResource): TargetOfRule {
  const { inputs, outputs } = resource;
  const id = textIn(inputs, "targetId") || textIn(outputs, "targetId") || resource.name;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) {
    throw invalid(`targetId is "${id}"; it takes 1 to 64 letters, digits, dots, hyphens and underscores.`);
  }
  const input = inputIn(inputs, id);
  checkInput(input, id);
  return {
    busName: busNameOf(textIn(inputs, "eventBusName")),
    ruleName: required(inputs, "rule"),
    definition: {
      id,
      target: deliveredTo(inputs, id),
      roleArn: textIn(inputs, "roleArn"),
      input,
      retryPolicy: retryPolicyIn(inputs, ""),
      deadLetterArn: deadLetterArnIn(inputs, ""),
    },
  };
}

export const targetProperties = {
  known: [
    ...["rule", "eventBusName", "targetId", "arn", "roleArn", "sqsTarget", "retryPolicy", "deadLetterConfig"],
    ...["input", "inputPath", "inputTransformer"],
    "forceDestroy",
  ],
};

function deliveredTo(inputs: Values, id: string): Target {
  const arn = required(inputs, "arn");
  const service = serviceOf(arn);
  if (service === undefined || service === "events") {
    throw new Error(`arn is ${arn}; the local run's rules deliver to queues, topics and functions.`);
  }
  if (service === "sns" && arn.endsWith(".fifo")) {
    throw new Error(`arn is ${arn}; EventBridge gives no message group, which a FIFO topic needs.`);
  }
  const messageGroupId = textIn(partIn(inputs, "sqsTarget"), "messageGroupId");
  if (service === "sqs" && arn.endsWith(".fifo") && messageGroupId === undefined) {
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  }
  return { service, arn, messageGroupId };
}

function inputIn(inputs: Values, id: string): TargetInput {
  const text = textIn(inputs, "input") || undefined;
  const path = textIn(inputs, "inputPath") || undefined;
  const transformer = partIn(inputs, "inputTransformer");
  const template = textIn(transformer, "inputTemplate");
  if ([text, path, template].filter((each) => each !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  }
  if (text !== undefined) return { kind: "constant", text };
  if (path !== undefined) return { kind: "path", path };
  if (template === undefined) return { kind: "event" };
  const paths = Object.entries(partIn(transformer, "inputPaths")).map(([name, value]) => [name, String(value)]);
  return { kind: "template", template, paths: Object.fromEntries(paths) };
}
