// The program's log groups and streams.
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { numberIn, physicalName, textIn } from "../service/values";
import type { LogStore } from "./store";

/** Read here, or (the last line) without effect here, where nothing is encrypted and groups end with the run. */
const ofGroup = [...["retentionInDays", "logGroupClass"], ...["kmsKeyId", "skipDestroy", "deletionProtectionEnabled"]];

export function logProvisioners(store: LogStore): Provisioners {
  return {
    "aws:cloudwatch/logGroup:LogGroup": provisioner({ known: ofGroup }, (resource) => {
      // 0 stands for events that never expire.
      const retentionInDays = numberIn(resource.inputs, "retentionInDays") || undefined;
      store.putGroup(physicalName(resource), {
        retentionInDays,
        logGroupClass: textIn(resource.inputs, "logGroupClass"),
      });
    }),
    "aws:cloudwatch/logStream:LogStream": provisioner({ known: ["logGroupName"] }, (resource) => {
      const group = store.group(textIn(resource.inputs, "logGroupName") ?? "");
      store.createStream(group, physicalName(resource));
    }),
  };
}
