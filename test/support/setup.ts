// What every test process does first.
import "../../packages/graph/evaluate/without-closures";
import { rmSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { leaveDebuggingOut } from "../../packages/graph/evaluate/without-debugging";
import { choosePackedFolder } from "./packed-folder";

// Most tests record programs, of which Pulumi's stack traces would take half of the time.
leaveDebuggingOut();

enableCompileCache();

/**
 * Runs in the first process only. It removes what the others have packed and installed, some 800 MB, because Mocha
 * leaves them a second for their own end.
 */
export function mochaGlobalSetup(): void {
  const folder = choosePackedFolder();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
