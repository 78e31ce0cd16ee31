// EventBridge Scheduler of the local run: the program's schedules on the run's clock, and its API's actions.
import type { Clock } from "../clock";
import type { Route } from "../protocol/http";
import type { Provisioners } from "../service/provision";
import { type Ask, type Message, type Service, ServiceError } from "../service/ask";
import { Deliveries } from "../delivery/delivery";
import { describeSchedule, stateOf, summaryOf } from "./descriptions";
import { editTheProgram } from "../service/errors";
import type { Place } from "../delivery/inputs";
import { page } from "../service/pages";
import { Groups, schedulerProvisioners } from "./provision";
import { schedulerRoutes } from "../protocol/scheduler-rest";
import { Schedules } from "./schedules";

export interface SchedulerSettings extends Place {
  readonly clock: Clock;
  readonly ask: Ask;
  /** What the user should know: a schedule that never runs, an invocation that was lost. */
  onProblem?(message: string): void;
  /** From 0 to below 1: the moment within a flexible time window. Default: Math.random. */
  random?(): number;
}

/** What a schedule that was run at once has come to. */
export interface RunNow {
  readonly scheduleArn: string;
  readonly executionId: string;
  readonly delivered: boolean;
  /** Why its first attempt failed; what its retry policy allows goes on. */
  readonly error?: string;
}

export interface Scheduler {
  readonly service: Service;
  /** Scheduler's REST API, and `POST /_spillway/schedules/<name>/run`, for the front. */
  readonly routes: readonly Route[];
  readonly provisioners: Provisioners;
  /** Runs a schedule at once, whatever its moment and state; resolves after the first attempt. `name`, or `group/name`. */
  runNow(name: string): Promise<RunNow>;
  /** Cancels what waits; resolves when nothing is under way. */
  close(): Promise<void>;
}

export function createScheduler(settings: SchedulerSettings): Scheduler {
  const { clock, ask, accountId, region, onProblem } = settings;
  const place = { accountId, region };
  const deliveries = new Deliveries({ clock, ask, onProblem });
  const random = settings.random ?? Math.random;
  const schedules = new Schedules({ clock, deliveries, place, random, onProblem });
  const groups = new Groups(place, clock.now());

  // Whoever runs one by hand may know only what the program calls it.
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
    GetSchedule: (input) => describeSchedule(schedules.find(String(input.Name), groupIn(input) ?? "default")),
    ListSchedules: (input) => {
      const { ScheduleGroup: group, NamePrefix: prefix, State: state } = input;
      const found = schedules
        .list()
        .filter(
          ({ definition }) =>
            (group === undefined || definition.groupName === group) &&
            (prefix === undefined || definition.name.startsWith(String(prefix))) &&
            (state === undefined || stateOf(definition) === state),
        );
      const { items, next } = page(found, input, pageMembers);
      return { Schedules: items.map(summaryOf), ...(next !== undefined && { NextToken: next }) };
    },
    GetScheduleGroup: (input) => groups.describe(String(input.Name)),
    ListScheduleGroups: (input) => {
      const { NamePrefix: prefix = "" } = input;
      const found = groups.names().filter((name) => name.startsWith(String(prefix)));
      const { items, next } = page(found, input, pageMembers);
      return {
        ScheduleGroups: items.map((name) => groups.describe(name)),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    // Ours.
    RunSchedule: async (input) => ({ ...(await run(String(input.Name), groupIn(input))) }),
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
    routes: schedulerRoutes(ask),
    provisioners: schedulerProvisioners(schedules, groups, place),
    runNow: (name) => run(name),
    close,
  };
}

const pageMembers = { size: "MaxResults", token: "NextToken" };

const groupIn = ({ GroupName }: Message) => (typeof GroupName === "string" && GroupName !== "" ? GroupName : undefined);
