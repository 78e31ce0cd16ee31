// The server that DynamoDB of the local run stands on: dynoxide, a child process with its database in a file.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { placeForDatabases, temporaryFolder } from "../service/temporary-folder";
import { type BackendAnswer, createClient } from "./client";

export interface BackendSettings {
  /**
   * Where the tables outlive the run. Default: a temporary directory, in memory where there is room, removed at close.
   */
  readonly dataDir?: string | undefined;
  /** Called when the server ends without having been closed, with a message for the user. */
  onExit(message: string): void;
}

export interface Backend {
  /** `target` has the form of X-Amz-Target. */
  request(target: string, body: string): Promise<BackendAnswer>;
  close(): Promise<void>;
}

const version = "1.2.1";
const startMilliseconds = 10_000;
const requestMilliseconds = 30_000;
const attempts = 5;

export async function startBackend({ dataDir, onExit }: BackendSettings): Promise<Backend> {
  const binary = binaryPath();
  const temporary = dataDir === undefined;
  const directory = dataDir ?? temporaryFolder(placeForDatabases());
  const removeDirectory = () => temporary && rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  try {
    mkdirSync(directory, { recursive: true });
    const database = join(directory, "dynamodb.db");
    const server = await startServer(binary, database, temporary ? directory : undefined);
    let closing = false;
    // In all other cases the watchdog ends the server.
    const atExit = () => {
      if (process.platform === "win32") server.child.kill();
    };
    process.once("exit", atExit);
    const client = createClient({ ...server, timeout: requestMilliseconds });
    const release = () => {
      process.removeListener("exit", atExit);
      client.close();
      removeDirectory();
    };
    server.exited.then((reason) => {
      if (closing) return;
      release();
      onExit(`DynamoDB of the local run has ended (dynoxide, ${reason}); start the local run again.`);
    });
    try {
      addStreamIndex(database);
    } catch (error) {
      closing = true;
      await stop(server);
      release();
      throw error;
    }
    return {
      request: client.request,
      close: async () => {
        if (closing) return;
        closing = true;
        await stop(server);
        release();
      },
    };
  } catch (error) {
    removeDirectory();
    throw error;
  }
}

/** The binary of this platform's optional package. */
function binaryPath(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  const directory = (require.resolve.paths(name) ?? [])
    .map((each) => join(each, name))
    .find((each) => existsSync(each));
  const advice = `install it with: npm i -O -E ${name}@${version}`;
  if (directory === undefined) {
    throw new Error(`DynamoDB of the local run needs the optional package ${name}, which is not installed; ${advice}`);
  }
  const installed: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).version;
  if (installed !== version) {
    // The index on the server's tables, and its labels, are known only for this version.
    throw new Error(`DynamoDB of the local run needs ${name} ${version}, ${installed} is installed; ${advice}`);
  }
  return join(directory, process.platform === "win32" ? "dynoxide.exe" : "dynoxide");
}

interface Server {
  readonly child: ChildProcess;
  readonly host: string;
  readonly port: number;
  /** Resolves with the reason of its end. */
  readonly exited: Promise<string>;
}

/**
 * dynoxide answers the web pages of every origin, and cannot be told not to, so it listens where no page finds it: at
 * one of the 16 million addresses of this machine. Where there is 127.0.0.1 alone, as on macOS, only the port is
 * unknown.
 */
function hiddenHost(): Promise<string> {
  const [a, b, c] = [randomInt(1, 255), randomInt(1, 255), randomInt(1, 255)];
  const host = `127.${a}.${b}.${c}`;
  return freePort(host).then(
    () => host,
    () => "127.0.0.1",
  );
}

/**
 * The port is chosen before the server listens on it. If another process takes the port first, the server ends and the
 * next port is tried.
 */
async function startServer(binary: string, database: string, remove: string | undefined): Promise<Server> {
  const host = await hiddenHost();
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(host);
    const server = spawnServer(binary, database, { host, port }, remove);
    const failure = await ready(server);
    if (failure === undefined) return server;
    await stop(server);
    mkdirSync(dirname(database), { recursive: true });
    if (attempt === attempts || !/in use|bind/i.test(failure)) {
      throw new Error(`DynamoDB of the local run did not start: ${failure}`);
    }
  }
}

/**
 * Ends the server and removes its files when this process ends, for whatever reason: standard input is a pipe that
 * closes with the process.
 */
const watchdog = `
exec 3<&0 4>&2 2>/dev/null
"$@" 2>&4 3<&- 4>&- </dev/null & server=$!
exec 4>&-
{ read -r _ <&3; kill -KILL $server; } & watch=$!
wait $server; code=$?
kill -KILL $watch
[ -z "$REMOVE" ] || rm -rf "$REMOVE"
exit $code`;

function spawnServer(
  binary: string,
  database: string,
  { host, port }: Pick<Server, "host" | "port">,
  remove: string | undefined,
): Server & { output(): string } {
  const args = ["--host", host, "--port", String(port), "--db-path", database];
  const shell = process.platform !== "win32";
  const child = spawn(shell ? "/bin/sh" : binary, shell ? ["-c", watchdog, "dynoxide", binary, ...args] : args, {
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", ...(remove !== undefined && { REMOVE: remove }) },
    // Ctrl-C in a terminal goes to the whole group, and functions still write while the run ends.
    detached: shell,
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-4096);
  });
  child.stdin.on("error", () => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  return { child, host, port, exited, output: () => output.trim() };
}

/** Resolves with the reason if the server does not start. */
async function ready(server: Server & { output(): string }): Promise<string | undefined> {
  let ended: string | undefined;
  server.exited.then((reason) => {
    ended = reason;
  });
  const until = Date.now() + startMilliseconds;
  while (Date.now() < until) {
    if (ended !== undefined) return `${server.output() || "no output"} (${ended})`;
    // Only the line proves that this server has the port. Another server on the port would answer too.
    if (server.output().includes("listening") && (await answers(server))) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return `no answer within ${startMilliseconds / 1000} s. ${server.output()}`;
}

const answers = ({ host, port }: Server) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect({ port, host, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no free port"));
        else resolve(address.port);
      });
    });
  });
}

async function stop({ child, exited }: Server): Promise<void> {
  // Ends the watchdog, and with it the server.
  child.stdin?.destroy();
  if (process.platform === "win32") child.kill();
  await exited;
}

/**
 * Each write to a table with a stream looks up the highest sequence number. Without an index that is a scan of all
 * records.
 */
function addStreamIndex(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    database.exec(
      "CREATE INDEX IF NOT EXISTS spillway_stream_records ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    );
  } finally {
    database.close();
  }
}
