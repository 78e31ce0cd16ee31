// Lambda's action Invoke: runs a function and waits for its answer, or takes an event that runs later.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
import { randomUUID } from "node:crypto";
import type { Message, Principal } from "../service/ask";
import { type AsynchronousInvocations, asynchronousDefaults } from "./asynchronous";
import type { Invoke } from "./function/definition";
import { invalid } from "./function/errors";
import { contextOf, optionalText, payloadOf, text } from "./input";
import type { Registry } from "./registry";

export interface RunInvokeSettings {
  readonly registry: Registry;
  readonly invoke: Invoke;
  readonly asynchronous: AsynchronousInvocations;
}

/** Bytes, by the type of the invocation. */
const largestPayload = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

export async function runInvoke(
  input: Message,
  principal: Principal,
  { registry, invoke, asynchronous }: RunInvokeSettings,
): Promise<Message> {
  const type = optionalText(input, "InvocationType") ?? "RequestResponse";
  const { definition } = registry.find(text(input, "FunctionName"), optionalText(input, "Qualifier"));
  if (type === "DryRun") return { StatusCode: 204 };
  if (type !== "Event" && type !== "RequestResponse") {
    const allowed = "[Event, RequestResponse, DryRun]";
    throw invalid(
      `1 validation error detected: Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: ${allowed}`,
    );
  }
  const payload = payloadOf(input, largestPayload[type]);
  const requestId = randomUUID();
  if (type === "Event") {
    const config = registry.asynchronousConfigs.get(definition.functionName) ?? asynchronousDefaults;
    asynchronous.submit(definition, config, payload, requestId);
    return { StatusCode: 202, Payload: "" };
  }
  const clientContext = contextOf(optionalText(input, "ClientContext"));
  const nested = principal.kind === "function";
  const result = await invoke(definition.functionName, { payload, requestId, clientContext, nested });
  return {
    StatusCode: 200,
    ExecutedVersion: "$LATEST",
    Payload: result.payload,
    ...(result.functionError !== undefined && { FunctionError: result.functionError }),
    ...(optionalText(input, "LogType") === "Tail" && { LogResult: Buffer.from(result.logTail()).toString("base64") }),
  };
}
