// What a schedule sends: the text that Scheduler stores.
import { messageJson } from "../runtime/batch/message-text";

interface Sent {
  readonly event: unknown;
  readonly target: { readonly fifo: boolean };
}

/** Throws a PermanentError for an event that is not JSON. */
export function inputOf(name: string, { event, target }: Sent): string {
  return messageJson(target.fifo ? ticked(name, event) : event);
}

/**
 * The event in a CloudEvent that says for which moment it is. A FIFO queue takes the same content once in five minutes,
 * so that of plain events those of a faster schedule would be dropped, and of any schedule those that a retry has
 * delayed. What is sent again for one moment is the same content.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function ticked(name: string, event: unknown) {
  const moment = "<aws.scheduler.scheduled-time>";
  return {
    specversion: "1.0",
    id: `${name}/${moment}`,
    source: "<aws.scheduler.schedule-arn>",
    type: "schedule",
    time: moment,
    datacontenttype: "application/json",
    data: event,
  };
}
