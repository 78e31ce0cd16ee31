// What the commands, and any other face, work with.

export { type Assignment, assign, readAssignment } from "./edit/assignment";
export { type Edited, type EditRequest, edit } from "./edit/edit";
export { describeOthers, type Others } from "./letters/choice";
export { openEnvelope } from "./letters/envelope";
export { type Condition, conditionOf, type Filter } from "./letters/filter";
export { type Group, type Grouping, groupings } from "./letters/groups";
export { type Listing, listLetters, type Sampled } from "./letters/list";
export { batchIn } from "./letters/parse";
export { type Shown, type ShownLetter, showLetters } from "./letters/show";
export type { LogEvent } from "./logs/events";
export { tailLog } from "./logs/tail";
export { type Discarded, type DiscardRequest, discard } from "./redrive/discard";
export type { Plan } from "./redrive/plan";
export { type RedriveAnswer, redrive } from "./redrive/redrive";
export type { Redriven, RedriveRequest, Working } from "./redrive/request";
export { type Restored, restore } from "./redrive/restore";
export { type Rehearsal, rehearse } from "./rehearse/rehearse";
export { type ReplayResult, replay } from "./replay/replay";
export type { Replayed } from "./replay/run-piece";
export { checkSend, type Sent, send } from "./send/send";
export { describeNeeds, needsOf } from "./stack/actions";
export { type Consumer, consumerNamed, defaultPort, noConsumers, openStack, type Stack } from "./stack/stack";
