// What the compiler knows of a program under test: the names of its components, and the events that each takes.

/** Of a program whose components are not known to the compiler: any name, and any event. */
export type AnyConsumers = Readonly<Record<string, unknown>>;

/** The names in `C` of the components that have the member `Member`. */
type NamesWith<C, Member extends string> = string extends keyof C
  ? string
  : { [Name in keyof C & string]: C[Name] extends { readonly [M in Member]: unknown } ? Name : never }[keyof C &
      string];

/** Names of consumers with a queue. */
export type QueueName<C> = NamesWith<C, "queueUrl">;
/** Names of consumers with a Kinesis stream. */
export type StreamName<C> = NamesWith<C, "streamName">;
/** Names of topics. */
export type TopicName<C> = NamesWith<C, "topicArn">;
/** Names of whatever has dead letters: consumers, topics, schedules and rules. */
export type DeadLetterName<C> = NamesWith<C, "deadLetters">;

/** The events that a component takes, as a producer sends them. */
export type EventOf<Component> = Component extends { readonly accepts?: (event: infer Event) => void }
  ? Event
  : unknown;

/** The types of events that a topic carries. */
export type EventType<Topic> = EventOf<Topic> extends { readonly type: infer Type extends string } ? Type : string;

/** An event of that type, which need not repeat its type. */
export type EventOfType<Topic, Type extends string> =
  EventOf<Topic> extends { readonly type: string } ? WithoutType<EventOf<Topic>, Type> : object;

/** Each event of a union by itself: several may have the same type, and one may have several types, or any. */
type WithoutType<Event, Type extends string> = Event extends { readonly type: infer Types }
  ? Type extends Types
    ? Omit<Event, "type">
    : never
  : never;
