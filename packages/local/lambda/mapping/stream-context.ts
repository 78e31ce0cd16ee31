// What the parts of a stream's event source mapping share.
import type { MappingDefinition, MappingSettings, StreamDefinition } from "./mapping";
import type { StreamSource } from "./stream-source";

export interface StreamContext {
  readonly settings: MappingSettings;
  readonly definition: MappingDefinition;
  readonly stream: StreamDefinition;
  readonly source: StreamSource;
  /** Ends what runs at once. */
  readonly killed: AbortSignal;
  /** Milliseconds for which the stream keeps records. */
  readonly retention: number;
  /** Milliseconds after which a record is given up, whatever else. */
  readonly longestAge: number;
  /** Says what keeps the mapping from going on, once in a row. */
  tell(problem: string): void;
  /** Of an invocation. */
  ended(succeeded: boolean): void;
}
