// Observers of the local run for tests: they see each request, and refuse some as AWS would.
import { ServiceError } from "../../packages/local/service/ask";

export type { Message as Input, Observer, Principal } from "../../packages/local/service/ask";

/** What an observer throws so that a request is refused. */
export const refusal = (code: string, message: string, status: number): Error =>
  new ServiceError(code, message, status);
