// A running program, on AWS or on this machine, as its operator sees it: its consumers and how to reach them.
import { type Clients, clientsFor, type Place } from "./clients";
import { AwsClock } from "./clock";
import {
  type ComponentOfRun,
  deadLettersOfRun,
  type Outputs,
  outputsOfFile,
  outputsOfRun,
  outputsOfStack,
  type ProgramOfRun,
  programOfRun,
} from "./outputs";
import { regionOf } from "./region";

/**
 * What the output `deadLetters` of a component says, under the name by which the program exports it. In the local run,
 * what is not exported has its component's name.
 */
export interface Consumer {
  readonly name: string;
  /** What the source is: `queue`, `stream`, `table`, `topic-consumer`, `topic`, `schedule` or `rule`. */
  readonly kind: string;
  /** URL of the dead-letter queue. */
  readonly url: string;
  /** ARN of the queue, stream, topic, schedule or rule. */
  readonly sourceArn: string;
  /** Undefined for what has no function (topics, schedules, rules), and for a program with an older library. */
  readonly functionName?: string;
  readonly logGroupName?: string;
}

/** Where a stack's outputs are read. Without `stack` and `outputs`: from the local run. */
export interface StackOptions {
  /** Name of a stack as `pulumi stack output --stack` takes it. */
  readonly stack?: string | undefined;
  /** File with what `pulumi stack output --json` prints. */
  readonly outputs?: string | undefined;
  /** Port of the local run. */
  readonly port: number;
  readonly signal: AbortSignal;
}

export interface Stack {
  /** Undefined: the local run. A file's name, where its outputs were read from one. */
  readonly name: string | undefined;
  readonly outputs: Outputs;
  readonly consumers: readonly Consumer[];
  /** Only of a local run. */
  readonly program?: ProgramOfRun | undefined;
  /** How a further command reads the same stack: ` --stack prod`, or nothing for the local run. */
  readonly flags: string;
  /** The clients for the region of this consumer, because a stack may have consumers in several regions. */
  clientsOf(consumer: Pick<Consumer, "name" | "sourceArn">): Clients;
  /** AWS's time in milliseconds since the epoch, as its answers told it. Before the first one: this machine's. */
  now(): number;
  /** Ends the connections of all clients. */
  close(): void;
}

/** Rejects with an Error for the user when the outputs cannot be read. The stack must be closed. */
export async function openStack({ stack, outputs: file, port, signal }: StackOptions): Promise<Stack> {
  if (stack !== undefined && file !== undefined) {
    throw new Error("--stack and --outputs were both given. Each says where the outputs are read: leave one out.");
  }
  const address = `http://127.0.0.1:${port}`;
  const local = stack === undefined && file === undefined;
  const outputs =
    file !== undefined
      ? outputsOfFile(file)
      : stack !== undefined
        ? await outputsOfStack(stack, signal)
        : await outputsOfRun(address, signal);
  const components = local ? await deadLettersOfRun(address, signal) : [];
  const program = local ? await programOfRun(address, signal) : undefined;
  const consumers = consumersIn(outputs, components);
  // Any key has full access to the local run. On AWS, the SDK finds credentials as every tool of AWS does.
  const credentials = { accessKeyId: "spillway", secretAccessKey: "spillway" };
  return {
    name: stack ?? file,
    outputs,
    consumers,
    program,
    ...clientsByRegion(local ? { endpoint: address, credentials } : {}),
    flags:
      stack !== undefined
        ? ` --stack ${stack}`
        : file !== undefined
          ? ` --outputs ${quoted(file)}`
          : port === defaultPort
            ? ""
            : ` --port ${port}`,
  };
}

function clientsByRegion(place: Omit<Place, "region">): Pick<Stack, "clientsOf" | "now" | "close"> {
  const made = new Map<string, Clients>();
  const clock = new AwsClock();
  return {
    now: () => clock.now(),
    clientsOf(consumer) {
      const region = regionOf(consumer);
      const clients = made.get(region) ?? clientsFor({ ...place, region }, clock);
      made.set(region, clients);
      return clients;
    },
    close() {
      for (const clients of made.values()) clients.close();
    },
  };
}

/** Where `spillway start` listens unless it is told otherwise. */
export const defaultPort = 4566;

const quoted = (text: string) => (/^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * Outputs that have the shape of a component's `deadLetters`, at the top or one level down, and those components of the
 * local run's program that are not among them.
 */
function consumersIn(outputs: Outputs, components: readonly ComponentOfRun[]): readonly Consumer[] {
  const found = new Map<string, Consumer>();
  // The same source under two names is one consumer; sources that share a queue are several.
  const isKnown = (each: DeadLettersOutput) =>
    [...found.values()].some(({ url, sourceArn }) => url === each.url && sourceArn === each.sourceArn);
  for (const [name, value] of Object.entries(outputs)) {
    const inner = isObject(value) && !isDeadLetters(value) ? Object.entries(value) : [];
    for (const [key, each] of [[name, value] as const, ...inner]) {
      if (!isDeadLetters(each) || isKnown(each)) continue;
      // Two of them may not have one name.
      found.set(found.has(key) ? `${name}.${key}` : key, consumerOf(key, each));
    }
  }
  for (const { name, ...each } of components) {
    if (!isDeadLetters(each) || isKnown(each)) continue;
    const free = [name, `${each.kind}.${name}`].find((key) => !found.has(key)) ?? each.sourceArn;
    found.set(free, consumerOf(free, each));
  }
  return [...found].map(([name, consumer]) => ({ ...consumer, name }));
}

type DeadLettersOutput = Readonly<Record<"url" | "sourceArn" | "kind", string>> & Readonly<Record<string, unknown>>;

function consumerOf(name: string, { url, sourceArn, kind, functionName, logGroupName }: DeadLettersOutput): Consumer {
  return {
    name,
    kind,
    url,
    sourceArn,
    ...(typeof functionName === "string" && { functionName }),
    ...(typeof logGroupName === "string" && { logGroupName }),
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isDeadLetters = (value: unknown): value is DeadLettersOutput =>
  isObject(value) && ["url", "sourceArn", "kind"].every((member) => typeof value[member] === "string");

/** The consumer of that name. Throws an Error that lists the names there are. */
export function consumerNamed(stack: Pick<Stack, "consumers" | "name">, name: string): Consumer {
  const { consumers } = stack;
  const found = consumers.find((consumer) => consumer.name === name);
  if (found !== undefined) return found;
  if (consumers.length === 0) throw new Error(noConsumers(stack));
  const names = consumers.map((consumer) => consumer.name).join(", ");
  throw new Error(
    `There is no consumer "${name}". The stack has: ${names}.${stack.name === undefined ? "" : hint(name)}`,
  );
}

/** Of a deployed stack, only what is exported is known. */
function hint(name: string): string {
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return ` If the program has it, export its dead letters: ${exportOf(`…, ${key}`)}, and deploy.`;
}

/** What is said of a stack that has no consumers. */
export const noConsumers = ({ name }: Pick<Stack, "name">): string =>
  name === undefined
    ? "The program of the local run has no component with dead letters."
    : `The stack's outputs name no dead letters. Export those of its components: ${exportOf("<name>")}, and deploy.`;

const exportOf = (names: string) =>
  `\`export const deadLetters = { ${names}: <the consumer's variable>.deadLetters }\``;
