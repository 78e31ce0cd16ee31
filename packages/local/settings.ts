// What a local run is started with, and what it is once it is ready.
import type { Evaluation, Graph } from "@spillway/graph";
import type { Launched } from "@spillway/graph/launch";
import type { Observer } from "./service/ask";

export interface LocalSettings {
  readonly port: number;
  readonly program: string;
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of other stacks that the program refers to. */
  readonly stackOutputs?: Evaluation["stackOutputs"];
  /** The process of the evaluation, if it was launched before. It ends with the run. */
  readonly launched?: Launched | undefined;
  readonly dataDir?: string | undefined;
  /**
   * The data folder of an earlier run with the same stack: the run begins with a copy of its tables, and the folder
   * stays as it is. Not with `dataDir`. Default: the tables are empty.
   */
  readonly tablesFrom?: string | undefined;
  /**
   * Functions run only when something invokes them: no mapping polls, and no schedule comes. Default: false.
   */
  readonly atRest?: boolean;
  readonly concurrency?: number | undefined;
  /** First of the ports on which the functions listen for a debugger. Default: none listens. */
  readonly inspectPort?: number | undefined;
  readonly speed?: number;
  /** Reload the code of functions when their sources are saved. Default: false. */
  readonly watch?: boolean;
  /** With `watch`: files have been saved, and the run begins to load them. */
  onSave?(): void;
  /** With `watch`: everything that was saved has been loaded, or the run has said why it cannot be. */
  onLoaded?(): void;
  /** Aborts a start that is under way. */
  readonly signal?: AbortSignal;
  /** What the program writes while it is evaluated, and what the user should know. */
  say?(line: string): void;
  /** Receives each line that a function writes, with the id of the invocation, if one runs. */
  onLog?(functionName: string, line: string, requestId: string | undefined): void;
  /** A batch whose function failed as a whole. */
  onBatchError?(functionName: string, message: string): void;
  /** See every request of the run, and may refuse it. They count requests and cause failures. */
  readonly observers?: readonly Observer[];
  /** Called when a server that the run needs has ended. */
  onCrash?(message: string): void;
}

export interface LocalRun {
  readonly address: string;
  readonly graph: Graph;
  readonly readyMs: number;
  /** Ports on which functions listen for a debugger, by their names on AWS. */
  readonly inspectPorts: ReadonlyMap<string, number>;
  /** The environments of functions, for tools that observe or disturb the run. */
  readonly processes: readonly {
    readonly functionName: string;
    readonly pid: number | undefined;
    readonly busy: boolean;
  }[];
  /**
   * With `watch`: a change of these files is a change of the program too, although none of their code runs, for example
   * because they have types only. Otherwise nothing happens.
   * @param files - Absolute paths.
   */
  watchFiles(files: readonly string[]): void;
  /** Ends everything that was started. */
  close(): Promise<void>;
}
