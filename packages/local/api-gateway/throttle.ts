// Limits on how often methods may be called: token buckets, filled up at a steady rate.
import type { Clock } from "../service/clock";
import { everyMethod, type StageDefinition, type Throttle } from "./definitions";

class TokenBucket {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly limit: Throttle,
  ) {
    this.tokens = limit.burst;
    this.filledAt = clock.now();
  }

  /** Whether one more request may pass now. If it may, it is counted. */
  take(): boolean {
    const { rate, burst } = this.limit;
    const now = this.clock.now();
    this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1000) * rate);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/**
 * A stage's limits count for each of its methods by itself, also where they are set for all at once: "per-API,
 * per-stage throttling limits are applied at the API method level".
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class Throttles {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly clock: Clock) {}

  /** `path` and `httpMethod` of the method, as `/orders` and `POST`. */
  take(apiId: string, stage: StageDefinition, path: string, httpMethod: string): boolean {
    const methodPath = methodPathOf(path, httpMethod);
    const limit = stage.throttles.get(methodPath) ?? stage.throttles.get(everyMethod);
    if (limit === undefined) return true;
    const key = `${apiId}/${stage.name}/${methodPath}`;
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.clock, limit);
    this.buckets.set(key, bucket);
    return bucket.take();
  }
}

/** The method path of MethodSettings has no slash at its start. */
export const methodPathOf = (path: string, httpMethod: string) => `${path}/${httpMethod}`.replace(/^\/+/, "");
