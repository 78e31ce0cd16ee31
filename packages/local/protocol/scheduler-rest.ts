// Scheduler's REST API, and our own page that runs a schedule at once. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
import { randomUUID } from "node:crypto";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { FrontHandler, FrontRequest, FrontResponse, Route } from "./http";

type Operation = readonly [action: string, method: string, path: RegExp];

const operations: readonly Operation[] = [
  ["ListSchedules", "GET", /^\/schedules\/?$/],
  ["GetSchedule", "GET", /^\/schedules\/([^/]+)$/],
  ["CreateSchedule", "POST", /^\/schedules\/([^/]+)$/],
  ["UpdateSchedule", "PUT", /^\/schedules\/([^/]+)$/],
  ["DeleteSchedule", "DELETE", /^\/schedules\/([^/]+)$/],
  ["ListScheduleGroups", "GET", /^\/schedule-groups\/?$/],
  ["GetScheduleGroup", "GET", /^\/schedule-groups\/([^/]+)$/],
  ["CreateScheduleGroup", "POST", /^\/schedule-groups\/([^/]+)$/],
  ["DeleteScheduleGroup", "DELETE", /^\/schedule-groups\/([^/]+)$/],
];

const ownPrefix = "/_spillway/schedules";

export function schedulerRoutes(ask: Ask): readonly Route[] {
  const handler: FrontHandler = async (request) => {
    const headers = { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
    try {
      const output = await answer(ask, request);
      return { status: 200, headers, body: JSON.stringify(output) };
    } catch (error) {
      if (error instanceof ServiceError) return refused(error, headers);
      throw error;
    }
  };
  return ["/schedules", "/schedule-groups", ownPrefix].map((prefix) => ({ prefix, handler }));
}

async function answer(ask: Ask, { method, path, query, principal, signal }: FrontRequest): Promise<Message> {
  const { MaxResults, ...others } = Object.fromEntries(query);
  const input = { ...others, ...(MaxResults !== undefined && { MaxResults: Number(MaxResults) }) };
  const own = new RegExp(`^${ownPrefix}/(?:([^/]+)/)?([^/]+)/run$`).exec(path);
  if (own !== null && method === "POST") {
    const [, group, name = ""] = own;
    const GroupName = group === undefined ? undefined : decodeURIComponent(group);
    // It is a page of the run's own, which the user asks for without a signature.
    const asker: Principal = principal.kind === "anonymous" ? { kind: "user" } : principal;
    return ask(asker, "scheduler", "RunSchedule", { Name: decodeURIComponent(name), GroupName }, { signal });
  }
  for (const [action, allowed, pattern] of operations) {
    const match = method === allowed ? pattern.exec(path) : null;
    if (match === null) continue;
    const [, name] = match;
    // In the query it is written small.
    const named = { Name: decodeURIComponent(name ?? ""), GroupName: others.groupName };
    return ask(principal, "scheduler", action, name === undefined ? input : named, { signal });
  }
  throw new ServiceError(
    "UnknownOperationException",
    `The local run's Scheduler has nothing at ${method} ${path}; a schedule is run at once by POST ${ownPrefix}/<name>/run.`,
    404,
  );
}

function refused(error: ServiceError, headers: Readonly<Record<string, string>>): FrontResponse {
  return {
    status: error.status,
    headers: { ...headers, "x-amzn-errortype": error.code },
    body: JSON.stringify({ ...error.fields, Message: error.message }),
  };
}
