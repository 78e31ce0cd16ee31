// What the reference says of type parameters. They mean the same wherever they stand, so that their meaning is here and
// not in the doc comments of a hundred declarations.

/** By the name of the type parameter, or by that of its declaration and its own where that says more. */
const meanings: Readonly<Record<string, string>> = {
  A: "The actions of DynamoDB that are granted.",
  B: "The bindings that the factory of the callback asks for, by their names.",
  C: "The consumers, topics and other components of the program, by their names.",
  Component: "The type of a component.",
  Created: "What the source consists of.",
  Depth: "How many members deep a path may still go.",
  E: "The events, as their producer sees them.",
  In: "What the callback gets: the output of its schema.",
  Item: "An item of the table, as its schema makes it.",
  K: "The types of the events that are delivered.",
  Kind: "The kind of the source.",
  "AlarmOverrides.Kind": "The names of the alarms.",
  "Granted.Kind": "The kinds of access that are granted.",
  Name: "The name of the component in the program.",
  Nodes: "The child resources of the source, by their roles.",
  Path: "The paths to the members of the event.",
  S: "The schema, of any library of Standard Schema.",
  State: "What a window keeps from call to call.",
  T: "The value, if the compiler knows more than that it is a text.",
  Topic: "The type of a topic.",
  Type: "The type of the event, as `order.placed`.",
  V: "What the callback receives.",
  Wire: "What a producer sends: the input of the schema.",
};

/** Throws an Error for a type parameter that has no meaning here. */
export function meaningOf(name: string, declaration: string): string {
  const meaning = meanings[`${declaration}.${name}`] ?? meanings[name];
  if (meaning !== undefined) return meaning;
  throw new Error(`${declaration}: say in tools/docs/type-parameters.ts what the type parameter ${name} is.`);
}
