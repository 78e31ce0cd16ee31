// An SDK client of EventBridge that asks the local run's services, as the front does for X-Amz-Target requests.
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { type Ask, type Message, ServiceError } from "../../service/ask";
import { region, user } from "./sqs";

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export function eventBridgeClient(ask: Ask): EventBridgeClient {
  const answer = async ({ headers, body }: Request): Promise<{ statusCode: number; output: Message }> => {
    const [prefix, action = ""] = (headers["x-amz-target"] ?? "").split(".");
    if (prefix !== "AWSEvents") throw new Error(`not EventBridge: ${prefix}`);
    try {
      return { statusCode: 200, output: await ask(user, "events", action, JSON.parse(new TextDecoder().decode(body))) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { statusCode: error.status, output: { __type: error.code, message: error.message } };
    }
  };
  return new EventBridgeClient({
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: unknown) => {
        const { statusCode, output } = await answer(request as Request);
        const headers = { "content-type": "application/x-amz-json-1.1" };
        return { response: { statusCode, headers, body: Buffer.from(JSON.stringify(output)) } };
      },
    },
  });
}

/** Events of the source `shop`, unless the entries say otherwise. */
export function putEvents(client: EventBridgeClient, ...entries: Partial<PutEventsRequestEntry>[]) {
  const Entries = entries.map((entry) => ({ Source: "shop", DetailType: "placed", Detail: "{}", ...entry }));
  return client.send(new PutEventsCommand({ Entries }));
}
