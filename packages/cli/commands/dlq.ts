// `spillway dlq`: the commands for dead letters, of a deployed stack or of the local run.
import type { Command } from "@commander-js/extra-typings";
import { examples } from "../options";
import type { Perform } from "../session";
import { addDiscard } from "./dlq/discard";
import { addEdit } from "./dlq/edit";
import { addList } from "./dlq/list";
import { addRedrive } from "./dlq/redrive";
import { addRehearse } from "./dlq/rehearse";
import { addReplay } from "./dlq/replay";
import { addRestore } from "./dlq/restore";
import { addShow } from "./dlq/show";

export function addDlq(program: Command, perform: Perform): void {
  const dlq = program
    .command("dlq")
    .summary("works with dead letters, on AWS or in the local run")
    .description(
      "Works with the dead letters of a deployed stack (--stack NAME or --outputs FILE), or of the local run. It reads " +
        "the queues, logs and streams themselves: there is nothing to set up.",
    )
    .addHelpText(
      "after",
      examples({
        "spillway dlq list --stack prod": "why there are dead letters, in groups",
        "spillway dlq show orders --stack prod": "some of one consumer, with event, stack and log",
        "spillway dlq redrive orders --stack prod --all --canary 3 --yes": "three first, then all",
      }),
    );
  addList(dlq, perform);
  addShow(dlq, perform);
  addRehearse(dlq, perform);
  addRedrive(dlq, perform);
  addReplay(dlq, perform);
  addEdit(dlq, perform);
  addDiscard(dlq, perform);
  addRestore(dlq, perform);
}
