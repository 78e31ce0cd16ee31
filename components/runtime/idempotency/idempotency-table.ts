// The table of an idempotent consumer: which events are in hand, and which are done. Items as Powertools' idempotency
// has them, with their owner beside, so that nobody finishes or frees what another has taken over.
import { type AwsCall, AwsError, callAws } from "../aws/aws";
import { type Endpoint, endpointOf } from "../aws/endpoints";
import { nameError } from "../callback/errors";
import type { IdempotencySettings } from "../settings";

/** A run of the callback for an event. */
export interface Claim {
  /** The event's key in the table. */
  readonly id: string;
  /** Of this one run. */
  readonly owner: string;
  /** The record that carries the event. */
  readonly record: string;
  /** What tells the event's content apart from another's. */
  readonly validation: string;
}

export type Found =
  | { readonly status: "done"; readonly validation: string }
  /** `until`: milliseconds since the epoch. */
  | {
      readonly status: "in hand";
      readonly validation: string;
      readonly owner: string;
      readonly record: string;
      readonly until: number;
    };

/** The table could not be asked: a failure for now. */
export class IdempotencyPersistenceLayerError extends Error {
  override readonly name = "IdempotencyPersistenceLayerError";
}

/**
 * Milliseconds before the deadline at which the note of a handled event is given up; of less than twice that, half is
 * left for it.
 */
const reserve = 500;

type Limits = Pick<AwsCall<unknown>, "mostTries" | "signal">;
type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

const [inProgress, completed] = ["INPROGRESS", "COMPLETED"];
/** All by placeholders: DynamoDB reserves some of these words. */
const names = {
  "#id": "id",
  "#status": "status",
  "#expiration": "expiration",
  "#until": "in_progress_expiration",
  "#validation": "validation",
  "#owner": "owner",
} as const;

export class IdempotencyTable {
  private readonly name: string;
  private readonly endpoint: Endpoint;

  constructor(private readonly settings: IdempotencySettings) {
    this.name = settings.tableArn.split("/")[1] ?? "";
    this.endpoint = endpointOf(settings.tableArn);
  }

  /**
   * Takes the event in hand until `ends`, unless it is done, or in hand for a process that may still live. Answers
   * whether it did.
   */
  async take({ id, owner, record, validation }: Claim, ends: number): Promise<boolean> {
    const now = Date.now();
    return this.change("PutItem", ends, {
      Item: {
        id: { S: id },
        status: { S: inProgress },
        expiration: { N: this.expiration(ends) },
        in_progress_expiration: { N: String(ends) },
        validation: { S: validation },
        owner: { S: owner },
        record: { S: record },
      },
      // Neither there, nor kept too long, nor left behind by a process that died.
      ConditionExpression:
        "attribute_not_exists(#id) OR #expiration < :seconds OR (#status = :inProgress AND #until < :now)",
      ...namesOf("#id", "#expiration", "#status", "#until"),
      ExpressionAttributeValues: {
        ":seconds": { N: String(now / 1000) },
        ":now": { N: String(now) },
        ":inProgress": { S: inProgress },
      },
    });
  }

  /** What is in the way; undefined where it has gone meanwhile. */
  async find(id: string, ends: number): Promise<Found | undefined> {
    const answer = await this.call<{ Item?: Item }>("GetItem", ends, { Key: { id: { S: id } }, ConsistentRead: true });
    const item = answer?.Item;
    if (item === undefined) return undefined;
    const validation = item.validation?.S ?? "";
    if (item.status?.S === completed) return { status: "done", validation };
    return {
      status: "in hand",
      validation,
      owner: item.owner?.S ?? "",
      record: item.record?.S ?? "",
      until: Number(item.in_progress_expiration?.N ?? 0),
    };
  }

  /**
   * The event is done, unless another has taken it over. Tried again until shortly before the deadline, at which its
   * record would fail and come again: without this note, a duplicate of the event would run once the time of this
   * invocation is over. Nothing of it goes on until the deadline, or the record itself, whose callback has run, would
   * count as failed.
   */
  async complete({ id, owner, validation }: Claim, ends: number, deadline: number): Promise<void> {
    const input = {
      Key: { id: { S: id } },
      UpdateExpression:
        "SET #status = :completed, #expiration = :expiration, #validation = :validation, #owner = :owner REMOVE #until",
      ConditionExpression: "attribute_not_exists(#id) OR #owner = :owner",
      ...namesOf("#id", "#status", "#expiration", "#validation", "#owner", "#until"),
      ExpressionAttributeValues: {
        ":completed": { S: completed },
        ":expiration": { N: this.expiration(ends) },
        ":validation": { S: validation },
        ":owner": { S: owner },
      },
    };
    const left = deadline - Date.now();
    // After the deadline, which a callback that computes can pass, the record fails in any case: the note spares its
    // retry the run.
    const signal = AbortSignal.timeout(Math.floor(left > 0 ? Math.max(left - reserve, left / 2) : reserve));
    await this.change("UpdateItem", deadline, input, { mostTries: Infinity, signal });
  }

  /** The event may be taken again, unless it is done, or another has taken it over. */
  async release({ id, owner }: Claim, ends: number): Promise<void> {
    await this.change("DeleteItem", ends, {
      Key: { id: { S: id } },
      ConditionExpression: "#owner = :owner AND #status = :inProgress",
      ...namesOf("#owner", "#status"),
      ExpressionAttributeValues: { ":owner": { S: owner }, ":inProgress": { S: inProgress } },
    });
  }

  /**
   * Seconds since the epoch. Never before the end of the invocation: what is in hand must not count as kept too long.
   */
  private expiration(ends: number): string {
    return String(Math.ceil(Math.max(Date.now() + this.settings.expiresAfter * 1000, ends) / 1000));
  }

  /** Whether the condition held. */
  private async change(action: string, ends: number, input: object, limits?: Limits): Promise<boolean> {
    return (await this.call(action, ends, input, limits)) !== undefined;
  }

  /** Undefined where the condition did not hold. */
  private async call<Answer>(
    action: string,
    ends: number,
    input: object,
    limits?: Limits,
  ): Promise<Answer | undefined> {
    try {
      return await callAws<Answer>({
        target: "DynamoDB_20120810",
        action,
        endpoint: this.endpoint,
        input: { TableName: this.name, ...input },
        // All three tries fit in what is left.
        timeout: Math.min(3000, Math.max(200, Math.floor((ends - Date.now()) / 4))),
        ...limits,
      });
    } catch (error) {
      if (error instanceof AwsError && error.code === "ConditionalCheckFailedException") return undefined;
      const { errorType, errorMessage } = nameError(error);
      throw new IdempotencyPersistenceLayerError(
        `${action} on the table ${this.name} failed: ${errorType}: ${errorMessage}`,
        {
          cause: error,
        },
      );
    }
  }
}

function namesOf(...used: (keyof typeof names)[]) {
  return { ExpressionAttributeNames: Object.fromEntries(used.map((name) => [name, names[name]])) };
}
