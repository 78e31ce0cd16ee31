// Makes DynamoDB refuse the first attempt of some orders, as it does under load: what the callback throws then is retried.
import { type Observer, ServiceError } from "../local/service";

/** The SDK asks three times before the callback hears of it. */
const refusalsOfAnAttempt = 3;

export class Disturbance implements Observer {
  private readonly refusals = new Map<string, number>();

  constructor(private readonly orderIds: ReadonlySet<string>) {}

  /** Orders whose first attempt was refused to the end. */
  get refused(): number {
    return [...this.refusals.values()].filter((times) => times >= refusalsOfAnAttempt).length;
  }

  readonly before: NonNullable<Observer["before"]> = (principal, service, action, input) => {
    if (principal.kind !== "function" || service !== "dynamodb" || action !== "PutItem") return;
    const { status, orderId } = (input.Item ?? {}) as Readonly<Record<string, { readonly S?: string }>>;
    // The orders table's items are the only ones with a status.
    if (status === undefined || orderId?.S === undefined || !this.orderIds.has(orderId.S)) return;
    const times = this.refusals.get(orderId.S) ?? 0;
    if (times >= refusalsOfAnAttempt) return;
    this.refusals.set(orderId.S, times + 1);
    throw new ServiceError(
      "InternalServerError",
      "The server encountered an internal error trying to fulfill the request.",
      500,
    );
  };
}
