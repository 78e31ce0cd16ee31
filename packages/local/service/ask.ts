// The one function that every request of the local run goes through, from clients and from our own deliveries alike.

/** Who asks. */
export type Principal =
  /** Any access key that is not one of ours, unless a function signs with it: full access. */
  | { readonly kind: "user" }
  | { readonly kind: "function"; readonly functionName: string; readonly roleArn: string }
  /** A client with credentials of a role, which STS has given it. */
  | { readonly kind: "role"; readonly roleArn: string; readonly sessionName: string }
  /** A client with credentials of a role that are no longer valid. */
  | { readonly kind: "expired" }
  /** A delivery of ours: `service` as in policies (`lambda.amazonaws.com`), `sourceArn` as in `aws:SourceArn`. */
  | { readonly kind: "service"; readonly service: string; readonly roleArn?: string; readonly sourceArn?: string }
  /** A function that signs with a key that is neither its own nor another function's: on AWS there is no such key. */
  | { readonly kind: "stranger"; readonly functionName: string; readonly accessKeyId: string }
  | { readonly kind: "anonymous" };

/** `sqs`, `dynamodb`, `dynamodbstreams`, `lambda`, `kinesis`…: the prefix of the service's IAM actions. */
export type ServiceName = string;

/** Input and output of an action as in the service's JSON protocol. */
export type Message = Readonly<Record<string, unknown>>;

export interface AskOptions {
  /** Aborted when the client has gone away. */
  readonly signal?: AbortSignal;
  /**
   * Aborted when the answer could not be delivered, so that what was received can be given back. The front and event
   * source mappings set it.
   */
  readonly undelivered?: AbortSignal;
  /**
   * Asked for each message that SQS hands out, by its receipt handle: until the signal aborts, the message does not
   * become visible by its visibility timeout. Event source mappings set it where time passes faster than a function
   * runs.
   */
  heldUntil?(receiptHandle: string): AbortSignal;
}

/** Asks a service. Rejects with a `ServiceError`, as AWS would. */
export type Ask = (
  principal: Principal,
  service: ServiceName,
  action: string,
  input: Message,
  options?: AskOptions,
) => Promise<Message>;

/** A service of the local run. Throws a `ServiceError` for what AWS refuses, and for actions that it does not have. */
export interface Service {
  readonly name: ServiceName;
  handle(principal: Principal, action: string, input: Message, options: AskOptions): Promise<Message>;
  /** The policy that one of its resources has now, as JSON; undefined: none. */
  policyOf?(resourceArn: string): string | undefined;
  close(): Promise<void>;
}

/** An error as the service's protocol carries it. */
export class ServiceError extends Error {
  constructor(
    /** The error's code on the wire, as `ResourceNotFoundException` or `com.amazonaws.sqs#QueueDoesNotExist`. */
    readonly code: string,
    message: string,
    readonly status: number = 400,
    /** More members of the error's body, as `CancellationReasons`. */
    readonly fields: Message = {},
  ) {
    super(message);
    this.name = "ServiceError";
  }
}

/**
 * Sees every request before (and may refuse it by throwing) or after it is answered: permissions, faults, counts, logs.
 */
export interface Observer {
  before?(principal: Principal, service: ServiceName, action: string, input: Message): Promise<void> | void;
  after?(principal: Principal, service: ServiceName, action: string, input: Message, answer: Message | Error): void;
}

/** `absent`: the program's resources that the run does not have, in words; empty: none. */
export function createAsk(
  services: readonly Service[],
  observers: readonly Observer[] = [],
  absent: () => string = () => "",
): Ask {
  const byName = new Map(services.map((service) => [service.name, service]));
  return async (principal, name, action, input, options = {}) => {
    const service = byName.get(name);
    try {
      if (service === undefined) {
        throw new ServiceError(
          "UnknownService",
          `The local run has no service "${name}" (asked for ${action}).${absent()}`,
          501,
        );
      }
      for (const observer of observers) await observer.before?.(principal, name, action, input);
      const answer = await service.handle(principal, action, input, options);
      for (const observer of observers) observer.after?.(principal, name, action, input, answer);
      return answer;
    } catch (error) {
      for (const observer of observers) observer.after?.(principal, name, action, input, error as Error);
      throw error;
    }
  };
}
