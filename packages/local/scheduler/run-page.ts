// The run's own page that runs a schedule at once: `POST /_spillway/schedules/<name>/run`, or `…/<group>/<name>/run`.
import type { FrontHandler, Route } from "../protocol/http";
import { type Ask, type Principal, ServiceError } from "../service/ask";

const prefix = "/_spillway/schedules";

export function runPage(ask: Ask): Route {
  const handler: FrontHandler = async ({ method, path, principal, signal }) => {
    const headers = { "content-type": "application/json" };
    const [, group, name] = /^\/(?:([^/]+)\/)?([^/]+)\/run$/.exec(path.slice(prefix.length)) ?? [];
    try {
      if (method !== "POST" || name === undefined) {
        const message = `There is nothing at ${method} ${path}; a schedule is run at once by POST ${prefix}/<name>/run.`;
        throw new ServiceError("UnknownOperationException", message, 404);
      }
      // It is a page of the run's own, which the user asks for without a signature.
      const asker: Principal = principal.kind === "anonymous" ? { kind: "user" } : principal;
      const [Name, GroupName] = [name, group].map((each) => each && decodeURIComponent(each));
      const output = await ask(asker, "scheduler", "RunSchedule", { Name, GroupName }, { signal });
      return { status: 200, headers, body: JSON.stringify(output) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { status, code, message } = error;
      return { status, headers: { ...headers, "x-amzn-errortype": code }, body: JSON.stringify({ Message: message }) };
    }
  };
  return { prefix, handler };
}
