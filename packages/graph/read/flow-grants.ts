// Arrows from functions to what their roles may write, send or publish to, and to what they may only read.

import type { Graph } from "../graph";
import { namedBy } from "../resource-types";
import type { Ends, FlowArrow } from "./flow-ends";
import { statementsOf } from "./permissions";
import { covers } from "./statement-words";

/** Actions that pass data on. */
const carrying = new Set([
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
  "sns:Publish",
  "sqs:SendMessage",
  "kinesis:PutRecord",
  "kinesis:PutRecords",
  "events:PutEvents",
  "lambda:InvokeFunction",
  "s3:PutObject",
]);
/** Actions that only read. Receiving from a source is not among them, because the source has its own arrow. */
const fetching = new Set([
  ...["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"],
  "s3:GetObject",
]);

export function grantedArrows(graph: Graph, ends: Ends): readonly FlowArrow[] {
  const functions = graph.resources.filter(({ type }) => type === "aws:lambda/function:Function");
  const roles = new Map(graph.resources.map(({ urn, outputs }) => [urn, outputs.arn]));
  const arrows: FlowArrow[] = [];
  const written = new Set<string>();
  const granted = statementsOf(graph).filter(({ effect }) => effect === "Allow");
  for (const isRead of [false, true]) {
    for (const { urn, actions, arn } of granted) {
      if (!actions.some((action) => matchesAny(action, isRead ? fetching : carrying))) continue;
      const to = ends.at(arn);
      for (const fn of functions.filter((each) => namedBy(each, "role") === roles.get(urn))) {
        const from = ends.at(fn.outputs.arn);
        if (from === undefined || to === undefined) continue;
        const pair = `${from.key}\n${to.key}`;
        if (!isRead) written.add(pair);
        else if (written.has(pair)) continue;
        arrows.push({ from, to, ...(isRead && { label: "reads", aside: true }) });
      }
    }
  }
  return arrows;
}

function matchesAny(action: string, wanted: ReadonlySet<string>): boolean {
  return [...wanted].some((each) => covers(action, each));
}
