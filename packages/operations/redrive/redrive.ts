// Sends dead letters back: all at once by AWS where it can, otherwise one by one.
import { Choice } from "../letters/choice";
import { isEmpty } from "../letters/filter";
import type { DeadLetter } from "../letters/letter";
import { sharersOf } from "../letters/owner";
import { openReader } from "../letters/reader";
import { regionOf } from "../stack/region";
import type { Stack } from "../stack/stack";
import { sendChosen } from "./chosen";
import { fastestMove, servesOnly } from "./move-task";
import { destinationOf, type Plan, planOf } from "./plan";
import type { Redriven, RedriveRequest, Working } from "./request";
import { moveWhole } from "./whole";

/** Letters that are looked at, at most, before AWS moves all: to read many takes as long as to send them. */
const mostLookedAt = 1000;

export type RedriveAnswer = { readonly plan: Plan } | { readonly done: Redriven };

export async function redrive(stack: Stack, request: RedriveRequest, working: Working): Promise<RedriveAnswer> {
  const { to } = request;
  if (request.yes) return { done: await run(stack, request, working) };
  const goesTo = (letter: DeadLetter) => destinationOf(letter, stack, to);
  const plan = await planOf(stack, request, { goesTo, signal: working.signal });
  const [only] = plan.ids;
  if (plan.count !== 1 || plan.stay > 0 || only === undefined) return { plan };
  const done = await run(stack, { ...request, only }, working);
  // The second look is for the one only.
  return { done: { ...done, ...(plan.others && { others: plan.others }) } };
}

async function run(stack: Stack, request: RedriveRequest, working: Working): Promise<Redriven> {
  const isWhole = (await movesWhole(stack, request)) && !(await hasOthers(stack, request, working));
  return isWhole ? moveWhole(stack, request, working) : sendChosen(stack, request, working);
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

/** Whether the queue holds letters that are not the consumer's: SQS does not know all who may send to it. */
async function hasOthers(stack: Stack, request: RedriveRequest, { signal }: Working): Promise<boolean> {
  const choice = new Choice(request, "take");
  const reader = await openReader(stack, { consumer: request.consumer, signal, limit: mostLookedAt });
  try {
    for await (const wave of reader.waves()) {
      for (const letter of wave) choice.takes(letter);
      if (choice.others !== undefined) return true;
    }
    return false;
  } finally {
    await reader.close();
  }
}

const isFifo = (url: string) => url.endsWith(".fifo");
