// A process of its own that sends, or reads as a bare loop would, with the AWS SDK: `send`, `pace` or `drain`, over
// IPC.
import { type SourceClient, type SourceName, sourceClient } from "./source-clients";

export interface Work {
  readonly kind: "send" | "pace" | "drain";
  readonly source: SourceName;
  readonly address: string;
  /**
   * What the source's client needs: a queue's URL, a stream's or a table's name, a topic's ARN and the URL of its
   * queue.
   */
  readonly targets: readonly string[];
  readonly count: number;
}

const sendersAtATime = 4;
const paceBatch = 10;
const paceMilliseconds = 20;
const clients = new Map<string, SourceClient>();

async function perform({ kind, source, address, targets, count }: Work): Promise<void> {
  const key = [source, ...targets].join(" ");
  const client = clients.get(key) ?? sourceClient(source, address, targets);
  clients.set(key, client);
  const events = (length: number) => Array.from({ length }, (_, n) => ({ id: String(n), sentAt: Date.now() }));
  if (kind === "drain") {
    await client.drain(count, async ({ sentAt }) => void (Date.now() - sentAt));
  } else if (kind === "pace") {
    const sending: Promise<void>[] = [];
    for (let sent = 0; sent < count; sent += paceBatch) {
      sending.push(client.send(events(paceBatch)));
      await new Promise((resolve) => setTimeout(resolve, paceMilliseconds));
    }
    await Promise.all(sending);
  } else {
    let left = count;
    const work = async () => {
      while (left > 0) {
        const size = Math.min(left, client.perRequest);
        left -= size;
        await client.send(events(size));
      }
    };
    await Promise.all(Array.from({ length: sendersAtATime }, work));
  }
}

process.on("message", (work: Work) => {
  const started = performance.now();
  perform(work).then(
    () => process.send?.(performance.now() - started),
    (error) => {
      process.stderr.write(`${error?.stack}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
