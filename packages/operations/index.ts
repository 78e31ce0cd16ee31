// What the commands, and any other face, work with.
export { type Condition, conditionOf, type Filter } from "./letters/filter";
export { type Group, type Grouping, groupings } from "./letters/groups";
export { type Listing, listLetters, type Sampled } from "./letters/list";
export { describeNeeds, needsOf } from "./stack/actions";
export { type Consumer, consumerNamed, defaultPort, noConsumers, openStack, type Stack } from "./stack/stack";
