// Physical names, as the engine and the provider make them from a project's `pulumi:autonaming`.
import { createHash } from "node:crypto";
import type { Value } from "../graph";

export interface NameSource {
  readonly project: string;
  readonly stack: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value>>;
}

interface Rule {
  /** The property that holds the name. Default: `name`. */
  readonly property?: string;
  /** Whether the provider turns a name made by a pattern into lower case. */
  readonly lowerCase?: boolean;
  readonly max: number;
  readonly min?: number;
  readonly pattern: RegExp;
  readonly allowed: string;
}

const letters = { pattern: /^[A-Za-z0-9_-]+$/, allowed: "letters, digits, hyphens and underscores" };
const withDots = { pattern: /^[A-Za-z0-9_.-]+$/, allowed: "letters, digits, hyphens, underscores and dots" };

const bucket: Rule = {
  property: "bucket",
  lowerCase: true,
  min: 3,
  max: 63,
  pattern: /^(?!xn--)[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
  allowed: "lower-case letters, digits, hyphens and dots, with a letter or a digit at both ends",
};

/** The rules of AWS for the names of resources that Pulumi names. */
const rules: Readonly<Record<string, Rule>> = {
  "aws:sqs/queue:Queue": { max: 80, pattern: /^[A-Za-z0-9_-]+(\.fifo)?$/, allowed: letters.allowed },
  "aws:sns/topic:Topic": { max: 256, pattern: /^[A-Za-z0-9_-]+(\.fifo)?$/, allowed: letters.allowed },
  "aws:kinesis/stream:Stream": { max: 128, ...withDots },
  "aws:kinesis/streamConsumer:StreamConsumer": { max: 128, ...withDots },
  "aws:dynamodb/table:Table": { min: 3, max: 255, ...withDots },
  "aws:lambda/function:Function": { max: 64, ...letters },
  "aws:iam/role:Role": { max: 64, pattern: /^[\w+=,.@-]+$/, allowed: "letters, digits and _+=,.@-" },
  "aws:iam/policy:Policy": { max: 128, pattern: /^[\w+=,.@-]+$/, allowed: "letters, digits and _+=,.@-" },
  "aws:iam/rolePolicy:RolePolicy": { max: 128, pattern: /^[\w+=,.@-]+$/, allowed: "letters, digits and _+=,.@-" },
  "aws:cloudwatch/logGroup:LogGroup": { max: 512, pattern: /^[\w./#-]+$/, allowed: "letters, digits and _-./#" },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { max: 255, pattern: /^[\x20-\x7e]+$/, allowed: "printable ASCII" },
  "aws:ec2/securityGroup:SecurityGroup": {
    max: 255,
    pattern: /^(?!sg-)[A-Za-z0-9 ._:/()#,@[\]+=&;{}!$*-]+$/,
    allowed: "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, and it may not begin with sg-",
  },
  "aws:apigateway/restApi:RestApi": { max: 1024, pattern: /^.+$/, allowed: "any character" },
  "aws:apigateway/requestValidator:RequestValidator": { max: 1024, pattern: /^.+$/, allowed: "any character" },
  "aws:apigateway/model:Model": { max: 256, pattern: /^[A-Za-z0-9]+$/, allowed: "letters and digits" },
  "aws:ssm/parameter:Parameter": { max: 1011, pattern: /^[\w./-]+$/, allowed: "letters, digits and _./-" },
  "aws:secretsmanager/secret:Secret": { max: 512, pattern: /^[\w/+=.@-]+$/, allowed: "letters, digits and _/+=.@-" },
  "aws:scheduler/schedule:Schedule": { max: 64, ...withDots },
  "aws:scheduler/scheduleGroup:ScheduleGroup": { max: 64, ...withDots },
  "aws:cloudwatch/eventRule:EventRule": { max: 64, ...withDots },
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:cloudwatch/eventBus:EventBus": { max: 256, pattern: /^[\w./-]+$/, allowed: "letters, digits and _-./" },
};

/**
 * The name of the resource: the given one, otherwise one made by the pattern. Undefined for types without a name.
 * Throws an Error for a name that AWS would refuse.
 */
export function physicalName(source: NameSource, autonaming: Value | undefined): string | undefined {
  const rule = rules[source.type];
  if (rule === undefined) return undefined;
  const given = source.inputs[rule.property ?? "name"];
  const prefix = source.inputs.bucketPrefix;
  const fifo = source.inputs.fifoQueue === true || source.inputs.fifoTopic === true;
  const filled = () => {
    // The provider appends the time to the prefix of a bucket.
    if (rule === bucket && typeof prefix === "string") return `${prefix}${randomText(source.urn, "0123456789", 26)}`;
    const made = `${fill(patternOf(autonaming, source.type), source)}${fifo ? ".fifo" : ""}`;
    return rule.lowerCase ? made.toLowerCase() : made;
  };
  const name = typeof given === "string" ? given : filled();
  const label = `${source.type} "${source.name}": its name "${name}"`;
  if (name.length > rule.max || name.length < (rule.min ?? 1)) {
    throw new Error(
      `${label} has ${name.length} characters; AWS allows ${rule.min ?? 1} to ${rule.max}. Give the resource or ` +
        "the stack a shorter name, or change pulumi:autonaming in Pulumi.yaml.",
    );
  }
  if (!rule.pattern.test(name))
    throw new Error(`${label} has characters that AWS refuses; allowed are ${rule.allowed}.`);
  if (fifo && !name.endsWith(".fifo")) throw new Error(`${label} must end with .fifo, because it is FIFO.`);
  return name;
}

/** https://www.pulumi.com/docs/concepts/resources/names/#autonaming-configuration */
function patternOf(autonaming: Value | undefined, type: string): string {
  const defaultPattern = "${name}-${hex(7)}";
  const of = (settings: unknown): string | undefined => {
    if (typeof settings !== "object" || settings === null) return undefined;
    const { mode, pattern } = settings as { mode?: unknown; pattern?: unknown };
    if (typeof pattern === "string") return pattern;
    if (mode === "verbatim") return "${name}";
    if (mode === "default") return defaultPattern;
    if (mode === "disabled") {
      throw new Error(
        `pulumi:autonaming is "disabled" and a ${type} has no name; give it one, or set a pattern in Pulumi.yaml.`,
      );
    }
    return undefined;
  };
  const settings = autonaming as { providers?: Record<string, { resources?: Record<string, unknown> }> } | undefined;
  const provider = settings?.providers?.[type.split(":")[0] ?? ""];
  return of(provider?.resources?.[type]) ?? of(provider) ?? of(settings) ?? defaultPattern;
}

function fill(pattern: string, { project, stack, name, urn }: NameSource): string {
  return pattern.replace(/\$\{(\w+)(?:\((\d+)\))?\}/g, (whole, key: string, count: string | undefined) => {
    const random = (alphabet: string) => randomText(urn, alphabet, Number(count ?? 7));
    switch (key) {
      case "project":
        return project;
      case "stack":
        return stack;
      case "name":
        return name;
      case "hex":
        return random("0123456789abcdef");
      case "num":
        return random("0123456789");
      case "string":
        return random("abcdefghijklmnopqrstuvwxyz");
      case "alphanum":
        return random("abcdefghijklmnopqrstuvwxyz0123456789");
      case "uuid":
        return randomText(urn, "0123456789abcdef", 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      default:
        throw new Error(
          `pulumi:autonaming has ${whole} in its pattern; known are project, stack, name, hex(n), num(n), ` +
            "string(n), alphanum(n), uuid.",
        );
    }
  });
}

/** The text is the same for the same URN, so that names, and the data stored under them, are the same in every run. */
export function randomText(seed: string, alphabet: string, length: number): string {
  const bytes = createHash("sha512").update(seed).digest();
  return Array.from({ length }, (_, index) => alphabet[(bytes[index % bytes.length] ?? 0) % alphabet.length]).join("");
}
