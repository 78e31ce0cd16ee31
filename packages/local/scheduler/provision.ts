// Creates the program's schedules and their groups on Scheduler of the local run.

import { checkName } from "../delivery/inputs";
import type { Message } from "../service/ask";
import { notFound } from "../service/errors";
import { arnOf, type Place } from "../service/place";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { physicalName, textIn } from "../service/values";
import { defaultGroup, scheduleOf, scheduleProperties } from "./schedule-of";
import type { Schedules } from "./schedules";

export class Groups {
  readonly #arns = new Map<string, string>();

  /** `createdAt` is in milliseconds since the epoch. */
  constructor(
    place: Place,
    readonly createdAt: number,
  ) {
    this.put(defaultGroup, arnOf(place, "scheduler", `schedule-group/${defaultGroup}`));
  }

  put(name: string, arn: string): void {
    this.#arns.set(name, arn);
  }

  names(): readonly string[] {
    return [...this.#arns.keys()].sort();
  }

  /** Throws if there is no such group. */
  describe(name: string): Message {
    const arn = this.#arns.get(name);
    if (arn === undefined) throw notFound(`Schedule group ${name} does not exist.`, 404);
    const at = this.createdAt / 1000;
    return { Arn: arn, CreationDate: at, LastModificationDate: at, Name: name, State: "ACTIVE" };
  }
}

export function schedulerProvisioners(schedules: Schedules, groups: Groups, place: Place): Provisioners {
  return {
    "aws:scheduler/schedule:Schedule": provisioner(scheduleProperties, (resource) => {
      const definition = scheduleOf(resource, place);
      groups.describe(definition.groupName);
      schedules.put(definition);
    }),

    "aws:scheduler/scheduleGroup:ScheduleGroup": provisioner({ known: [] }, (resource) => {
      const name = checkName(physicalName(resource));
      groups.put(name, textIn(resource.outputs, "arn") ?? arnOf(place, "scheduler", `schedule-group/${name}`));
    }),
  };
}
