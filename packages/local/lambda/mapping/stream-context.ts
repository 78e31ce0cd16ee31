// What the parts of a stream's event source mapping share.
import type { MappingDefinition, MappingSettings, StreamDefinition } from "./mapping";
import type { StreamSource } from "./stream-source";

export interface StreamContext {
  readonly settings: MappingSettings;
  readonly definition: MappingDefinition;
  readonly stream: StreamDefinition;
  readonly source: StreamSource;
  /** Ends everything that runs, at once. */
  readonly killed: AbortSignal;
  /** Milliseconds for which the stream keeps records. */
  readonly retention: number;
  /** Milliseconds after which a record is given up in any case. */
  readonly longestAge: number;
  /** Reports what stops the mapping. The same report is not repeated. */
  tell(problem: string): void;
  /** Receives the result of an invocation. */
  ended(succeeded: boolean): void;
}
