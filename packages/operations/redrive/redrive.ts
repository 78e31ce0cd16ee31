// Sends dead letters back: all at once by AWS where it can, otherwise one by one.
import { isEmpty } from "../letters/filter";
import { sharersOf } from "../letters/owner";
import { regionOf } from "../stack/region";
import type { Stack } from "../stack/stack";
import { sendChosen } from "./chosen";
import { fastestMove, servesOnly } from "./move-task";
import { type Plan, planOf } from "./plan";
import type { Redriven, RedriveRequest, Working } from "./request";
import { moveWhole } from "./whole";

export type RedriveAnswer = { readonly plan: Plan } | { readonly done: Redriven };

export async function redrive(stack: Stack, request: RedriveRequest, working: Working): Promise<RedriveAnswer> {
  const { to } = request;
  if (request.yes) return { done: await run(stack, request, working) };
  const plan = await planOf(stack, request, { to, signal: working.signal });
  const [only] = plan.ids;
  if (plan.count !== 1 || only === undefined) return { plan };
  return { done: await run(stack, { ...request, only }, working) };
}

async function run(stack: Stack, request: RedriveRequest, working: Working): Promise<Redriven> {
  return (await movesWhole(stack, request)) ? moveWhole(stack, request, working) : sendChosen(stack, request, working);
}

/** AWS moves whole queues only, back to queues of the same region, and tells nobody which message is which. */
async function movesWhole(
  { clientsOf, consumers }: Stack,
  { consumer, filter, only, to, canary, rate = 0 }: RedriveRequest,
): Promise<boolean> {
  if (consumer.kind !== "queue" || !isEmpty(filter) || only !== undefined) return false;
  if (canary !== undefined || rate > fastestMove || !Number.isInteger(rate)) return false;
  if (to !== undefined && (to.kind !== "queue" || isFifo(to.url) !== isFifo(consumer.url))) return false;
  if (to !== undefined && regionOf(to) !== regionOf(consumer)) return false;
  // What the queue holds may be of others, wherever it is to go.
  if (sharersOf(consumer, consumers).length > 1) return false;
  return servesOnly(clientsOf(consumer).sqs, consumer);
}

const isFifo = (url: string) => url.endsWith(".fifo");
