// Makes DynamoDB refuse the first attempt of some orders, as it may under load: what the callback throws then is
// retried.
import { type Observer, ServiceError } from "@spillway/local/ask";

export class Disturbance implements Observer {
  private readonly refusedIds = new Set<string>();

  constructor(private readonly orderIds: ReadonlySet<string>) {}

  /** How many orders were refused at first. */
  get refused(): number {
    return this.refusedIds.size;
  }

  readonly before: NonNullable<Observer["before"]> = (principal, service, action, input) => {
    if (principal.kind !== "function" || service !== "dynamodb" || action !== "PutItem") return;
    const { status, orderId } = (input.Item ?? {}) as Readonly<Record<string, { readonly S?: string }>>;
    // The orders table's items are the only ones with a status.
    if (status === undefined || orderId?.S === undefined) return;
    if (!this.orderIds.has(orderId.S) || this.refusedIds.has(orderId.S)) return;
    this.refusedIds.add(orderId.S);
    // An error that the SDK does not try again by itself.
    throw new ServiceError(
      "TransactionConflictException",
      "Operation was rejected because there is an ongoing transaction for the item.",
    );
  };
}
