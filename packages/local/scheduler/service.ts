// EventBridge Scheduler of the local run: the program's schedules on the run's clock, and its API's actions.

import { Deliveries } from "../delivery/delivery";
import type { Route } from "../protocol/http";
import { restJsonRoutes } from "../protocol/rest-json";
import { type Ask, type Message, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { editTheProgram } from "../service/errors";
import type { Place } from "../service/place";
import type { Provisioners } from "../service/provision";
import { optionalText, pageOf, text } from "../service/validated-input";
import { describeSchedule, stateOf, summaryOf } from "./descriptions";
import { Groups, schedulerProvisioners } from "./provision";
import { runPage } from "./run-page";
import { Schedules } from "./schedules";

export interface SchedulerSettings extends Place {
  readonly clock: Clock;
  readonly ask: Ask;
  /** What the user should know: a schedule that never runs, an invocation that was lost. */
  onProblem?(message: string): void;
  /**
   * Returns a number from 0 to below 1, which chooses the moment within a flexible time window. Default: Math.random.
   */
  random?(): number;
}

/** The result of a schedule that was run at once. */
export interface RunNow {
  readonly scheduleArn: string;
  readonly executionId: string;
  readonly delivered: boolean;
  /** Why the first attempt failed. The retries that the retry policy allows follow. */
  readonly error?: string;
}

export interface Scheduler {
  readonly service: Service;
  /** Scheduler's REST API, and `POST /_spillway/schedules/<name>/run`, for the front. */
  readonly routes: readonly Route[];
  readonly provisioners: Provisioners;
  /**
   * Runs a schedule at once, whatever its times and state are. Resolves after the first attempt. The name has the form
   * `name` or `group/name`.
   */
  runNow(name: string): Promise<RunNow>;
  /** Cancels what waits. Resolves when nothing is in progress. */
  close(): Promise<void>;
}

export function createScheduler(settings: SchedulerSettings): Scheduler {
  const { clock, ask, accountId, region, onProblem } = settings;
  const place = { accountId, region };
  const deliveries = new Deliveries({ clock, ask, onProblem });
  const random = settings.random ?? Math.random;
  const schedules = new Schedules({ clock, deliveries, place, random, onProblem });
  const groups = new Groups(place, clock.now());

  // A user who runs a schedule by hand may know only its name in the program.
  const findToRun = (name: string, groupName?: string) => {
    try {
      return schedules.find(name, groupName);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const names = schedules.list().map(({ definition }) => definition.name);
      throw new ServiceError(error.code, `${error.message} There are: ${names.join(", ") || "none"}.`, error.status);
    }
  };
  const run = async (name: string, groupName?: string): Promise<RunNow> => {
    const scheduled = findToRun(name, groupName);
    const { executionId, first } = schedules.invoke(scheduled);
    const failure = await first;
    return {
      scheduleArn: scheduled.definition.arn,
      executionId,
      delivered: failure === undefined,
      ...(failure !== undefined && { error: `${failure.code}: ${failure.message}` }),
    };
  };

  const actions: Readonly<Record<string, (input: Message) => Message | Promise<Message>>> = {
    GetSchedule: (input) =>
      describeSchedule(schedules.find(text(input, "Name"), optionalText(input, "GroupName") ?? "default")),
    ListSchedules: (input) => {
      const group = optionalText(input, "GroupName");
      const prefix = optionalText(input, "NamePrefix") ?? "";
      const state = optionalText(input, "State");
      const found = schedules
        .list()
        .filter(
          ({ definition }) =>
            (group === undefined || definition.groupName === group) &&
            definition.name.startsWith(prefix) &&
            (state === undefined || stateOf(definition) === state),
        );
      const { items, more } = pageOf(found, ({ definition }) => definition.arn, input, "MaxResults");
      return { Schedules: items.map(summaryOf), ...more };
    },
    GetScheduleGroup: (input) => groups.describe(text(input, "Name")),
    ListScheduleGroups: (input) => {
      const prefix = optionalText(input, "NamePrefix") ?? "";
      const found = groups.names().filter((name) => name.startsWith(prefix));
      const { items, more } = pageOf(found, (name) => name, input, "MaxResults");
      return { ScheduleGroups: items.map((name) => groups.describe(name)), ...more };
    },
    // This action is the local run's own.
    RunSchedule: async (input) => ({ ...(await run(text(input, "Name"), optionalText(input, "GroupName"))) }),
  };

  let closing: Promise<void> | undefined;
  const close = () => {
    schedules.close();
    closing ??= deliveries.close();
    return closing;
  };
  const service: Service = {
    name: "scheduler",
    async handle(_principal, action, input) {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act !== undefined) return act(input);
      if (/^(Create|Update|Delete|Tag|Untag)/.test(action)) throw editTheProgram(action);
      throw new ServiceError("UnknownOperationException", `The local run's Scheduler has no action ${action}.`, 404);
    },
    close,
  };
  return {
    service,
    routes: [...restJsonRoutes(ask, { service: "scheduler", title: "Scheduler" }), runPage(ask)],
    provisioners: schedulerProvisioners(schedules, groups, place),
    runNow: (name) => run(name),
    close,
  };
}
