// CloudWatch Logs on a front, asked by the SDK's own client, with a clock that stands still until the test moves it.
import { CloudWatchLogsClient, FilterLogEventsCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { startFront } from "../../http/front";
import { createLogs } from "../../logs/service";
import { LogStore, type LogStoreSettings } from "../../logs/store";
import { createAsk } from "../../service/ask";
import { accountId, manualClock, region, user } from "./sqs";

export const groupArn = (name: string) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`;

export async function startLogs({ capacity }: Pick<LogStoreSettings, "capacity"> = {}) {
  const clock = manualClock();
  const store = new LogStore({ clock, accountId, region, ...(capacity !== undefined && { capacity }) });
  const ask = createAsk([createLogs(store)]);
  const front = await startFront({ port: 0, ask, identify: () => user, routes: [], region, accountId });
  const client = new CloudWatchLogsClient({
    endpoint: front.address,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  return {
    clock,
    store,
    client,
    /** Creates the group with the stream. */
    stream(groupName: string, streamName = "s") {
      store.createStream(store.createGroup(groupName), streamName);
    },
    /** Each event is its time and its message. */
    put: (logGroupName: string, logStreamName: string, ...events: readonly (readonly [number, string])[]) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
        }),
      ),
    /** The messages that the request finds, and the token of the next page. */
    async find(logGroupName: string, more: Partial<FilterLogEventsCommand["input"]> = {}) {
      const { events = [], nextToken } = await client.send(new FilterLogEventsCommand({ logGroupName, ...more }));
      return { messages: events.map(({ message }) => message), nextToken };
    },
    async stop() {
      client.destroy();
      await front.close();
    },
  };
}

export type RunningLogs = Awaited<ReturnType<typeof startLogs>>;
