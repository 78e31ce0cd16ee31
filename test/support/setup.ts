// What every test process does first.
import "../../packages/graph/evaluate/without-closures";
import { enableCompileCache } from "node:module";
import { leaveDebuggingOut } from "../../packages/graph/evaluate/without-debugging";

// Most tests record programs, of which Pulumi's stack traces would take half of the time.
leaveDebuggingOut();

enableCompileCache();
