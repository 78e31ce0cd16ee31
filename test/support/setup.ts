// What every test process does first.
import { enableCompileCache, flushCompileCache } from "node:module";
import * as path from "node:path";
import { leaveDebuggingOut } from "../../packages/graph/evaluate/without-debugging";

// Most tests record programs, of which Pulumi's stack traces would take half of the time.
leaveDebuggingOut();

// Node keeps what it compiles for the next process. Many tests start processes that load the same large packages, but
// are killed before they would write this down, so the tests themselves do.
process.env.NODE_COMPILE_CACHE ??= path.resolve(__dirname, "..", "..", "node_modules", ".cache", "node");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

export const mochaHooks = {
  afterAll(): void {
    flushCompileCache();
  },
};
