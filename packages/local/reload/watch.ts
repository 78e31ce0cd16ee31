// Hot reload (`--watch`): saved code runs at once. The code of a function is replaced as soon as its bundle is built.
// Then the program is evaluated, which shows whether more than code has changed, and which code `pulumi up` would
// upload now.
import { statSync } from "node:fs";
import * as path from "node:path";
import type { GraphResource } from "@spillway/graph";
import { type Evaluated, type Evaluation, evaluate } from "@spillway/graph";
import { stop as stopEsbuild } from "esbuild";
import { settingsFiles } from "spillway/bundle/cache";
import { functionOf } from "../lambda/function/function-of";
import type { Lambda } from "../lambda/service";
import { archiveIn, differencesOf, isSame } from "./differences";
import { Files } from "./files";
import { WatchedFunctions } from "./functions";
import { Reports } from "./reports";

export interface WatchSettings {
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  readonly evaluation: Evaluation;
  /** The evaluated program that runs. */
  readonly evaluated: Evaluated;
  /** A moment before the evaluation, in milliseconds since the epoch. A file that was saved later is a change. */
  readonly evaluatedSince: number;
  readonly lambda: Pick<Lambda, "putFunction" | "registry">;
  say(line: string): void;
  /** Files have been saved, and are loaded now. */
  onSave?: (() => void) | undefined;
  /** Everything that was saved has been loaded, or it was said why it cannot be. */
  onLoaded?: (() => void) | undefined;
}

export interface Watch {
  /** Watches more files, of which no code runs. Absolute paths. */
  add(files: readonly string[]): void;
  /** Ends what is in progress, and stops watching. */
  close(): Promise<void>;
}

/**
 * Milliseconds between a change and the evaluation of the program. New code starts first, and the next save may follow.
 */
const settling = 300;

export function startWatch(settings: WatchSettings): Watch {
  const watching = new Watching(settings);
  return { add: (files) => watching.add(files), close: () => watching.close() };
}

class Watching {
  readonly #files: Files;
  readonly #functions: WatchedFunctions;
  readonly #reports: Reports;
  /** The changes that are not handled yet, and the moment of the first. */
  #changed = new Set<string>();
  #since: number | undefined;
  #reloading: Promise<void> | undefined;
  /** The files of the program that have changed since the last evaluation. */
  #unevaluated = new Set<string>();
  #unevaluatedSince = 0;
  #program: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #abort = new AbortController();
  #evaluating: Promise<void> | undefined;
  #isEvaluable = true;
  #closed = false;

  constructor(readonly settings: WatchSettings) {
    const { root, evaluated, evaluatedSince, say } = settings;
    this.#reports = new Reports(say);
    this.#files = new Files({
      root,
      onChange: (files, since) => this.#onChange(files, since),
      onProblem: say,
    });
    this.#functions = new WatchedFunctions(root);
    this.#functions.update(this.#running(evaluated));
    this.#watch(evaluated.modules);
    this.#files.touch(
      [...this.#program, ...this.#functions.inputs].filter(
        (file) => (statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0) > evaluatedSince,
      ),
    );
  }

  add(files: readonly string[]): void {
    if (!this.#closed) this.#files.add(files);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#files.close();
    clearTimeout(this.#timer);
    this.#abort.abort();
    await this.#reloading;
    await this.#evaluating;
    await stopEsbuild();
  }

  /** Functions that were added to the program do not exist here before a restart. */
  #running({ graph }: Evaluated): GraphResource[] {
    const { functions } = this.settings.lambda.registry;
    return graph.resources.filter((each) => archiveIn(each) !== undefined && functions.has(String(each.outputs.name)));
  }

  #watch(modules: readonly string[]): void {
    const { root, evaluation } = this.settings;
    const project = ["Pulumi.yaml", `Pulumi.${evaluation.stack}.yaml`, ...settingsFiles];
    this.#program = new Set([...modules, ...project.map((name) => path.join(root, name))]);
    this.#files.add([...this.#program, ...this.#functions.inputs]);
  }

  #onChange(files: readonly string[], since: number): void {
    this.settings.onSave?.();
    this.#since ??= since;
    for (const file of files) this.#changed.add(file);
    // A reload that is in progress handles this change when it is done.
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
  }

  async #reload(): Promise<void> {
    while (this.#since !== undefined && !this.#closed) {
      const changed = this.#changed;
      const since = this.#since;
      this.#changed = new Set();
      this.#since = undefined;
      // The evaluation is out of date.
      clearTimeout(this.#timer);
      this.#abort.abort();
      await this.#evaluating;
      try {
        await this.#replace(changed, since);
      } catch (error) {
        this.#reports.failed("The change cannot be reloaded", error, changed);
      }
      if (this.#closed || this.#since !== undefined) continue;
      if (this.#unevaluated.size === 0) {
        this.settings.onLoaded?.();
        continue;
      }
      this.#timer = setTimeout(() => {
        this.#evaluating = this.#evaluate();
      }, settling);
    }
  }

  /** Replaces the code of the functions that the change concerns. */
  async #replace(changed: ReadonlySet<string>, since: number): Promise<void> {
    const rebuilt = await this.#functions.rebuild(changed);
    if (this.#closed) return;
    const { lambda } = this.settings;
    for (const { watched, bundle } of rebuilt.replaced) {
      const { archive, sourceMap } = bundle;
      lambda.putFunction({ ...lambda.registry.find(watched.functionName).definition, archive, sourceMap });
    }
    this.#files.add(this.#functions.inputs);
    this.#expectWhatIsMissing();
    this.#reports.rebuilt(rebuilt, changed, since);
    if (this.#unevaluated.size === 0) this.#unevaluatedSince = since;
    for (const file of changed) {
      if (this.#program.has(file) || rebuilt.unclear.length > 0) this.#unevaluated.add(file);
    }
  }

  /** A build or an evaluation may have failed because a file does not exist yet. */
  #expectWhatIsMissing(): void {
    this.#files.expectsNew = this.#functions.areBroken || !this.#isEvaluable;
  }

  async #evaluate(): Promise<void> {
    const changed = this.#unevaluated;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const after = await evaluate({ ...this.settings.evaluation, signal });
      if (signal.aborted) return;
      this.#isEvaluable = true;
      this.#unevaluated = new Set();
      this.#apply(after, changed);
    } catch (error) {
      if (signal.aborted) return;
      this.#isEvaluable = false;
      // The bundles have reported this error already.
      if (!this.#functions.areBroken) this.#reports.failed("The program cannot be evaluated", error, changed);
    }
    this.#expectWhatIsMissing();
    this.settings.onLoaded?.();
  }

  /** Runs the code that the program has now. Any other difference needs a restart, and is reported. */
  #apply(after: Evaluated, changed: ReadonlySet<string>): void {
    const { evaluated, lambda, root } = this.settings;
    const running = this.#running(after);
    const before = new Map(evaluated.graph.resources.map((resource) => [resource.urn, resource]));
    const replaced = running.flatMap((resource) => {
      const previous = before.get(resource.urn);
      if (previous === undefined || !isSame(previous, resource)) return [];
      const definition = functionOf(resource, root);
      if (lambda.registry.find(definition.functionName).definition.archive === definition.archive) return [];
      lambda.putFunction(definition);
      return definition.functionName;
    });
    this.#functions.update(running);
    this.#watch(after.modules);
    this.#reports.evaluated(
      replaced.flatMap((functionName) => this.#functions.find(functionName) ?? []),
      differencesOf(evaluated.graph, after.graph),
      changed,
      this.#unevaluatedSince,
    );
  }
}
