// `npm run review`: what a change of the program does to its stacks, as Markdown for a pull request.
import "./node-version";
import { writeFileSync } from "node:fs";
import { review } from "@spillway/review";
import { readOptions, usage } from "./review-options";
import { UsageError } from "./start-options";

const interrupted = 130;

async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait for what still runs.
      if (stop.signal.aborted) process.exit(interrupted);
      stop.abort();
    });
  }
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const { markdown, failed } = await review(options, { cwd: process.cwd(), signal: stop.signal, say });
    if (stop.signal.aborted) return interrupted;
    if (options.markdown === undefined) process.stdout.write(markdown);
    else writeFileSync(options.markdown, markdown);
    if (options.markdown !== undefined) say(`The review is in ${options.markdown}.`);
    if (failed) say("The program does not evaluate, or something mandatory is violated: the review says what.");
    return failed ? 1 : 0;
  } catch (error) {
    if (stop.signal.aborted) return interrupted;
    say((error as Error).message);
    return 1;
  }
}

main().then(
  (code) => {
    // Not process.exit: what is written to a pipe may not have left yet.
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
