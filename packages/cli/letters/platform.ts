// Lambda's own lines around those of an invocation.

export interface PlatformLine {
  /** What happened, and what the invocation took of what it had. */
  readonly text: string;
  /** When it happened, if the line tells. */
  readonly time: Date | undefined;
}

interface Platform {
  readonly status?: string;
  readonly errorType?: string;
  readonly metrics?: Readonly<Partial<Record<"durationMs" | "memorySizeMB" | "maxMemoryUsedMB", number>>> | null;
}

type Members = Readonly<Record<string, unknown>>;

/** Of Lambda's JSON format. Undefined for every other line. */
export function describePlatform(message: string): PlatformLine | undefined {
  const { type, time, record } = membersOf(message);
  if (typeof type !== "string" || !type.startsWith("platform.")) return undefined;
  if (typeof record !== "object" || record === null) return undefined;
  const { status, errorType, metrics } = record as Platform;
  const { durationMs, memorySizeMB, maxMemoryUsedMB } = metrics ?? {};
  const parts = [
    status !== undefined && `status ${status}`,
    errorType,
    durationMs !== undefined && `${Math.round(durationMs)} ms`,
    maxMemoryUsedMB !== undefined && `${maxMemoryUsedMB} of ${memorySizeMB} MB`,
  ];
  const at = new Date(String(time));
  return {
    text: `Lambda: ${[type.replace("platform.", ""), ...parts].filter(Boolean).join(", ")}`,
    time: Number.isNaN(at.getTime()) ? undefined : at,
  };
}

/** Whether it is Lambda's line, in JSON or in text, of an invocation that goes as it should. */
export function isRoutine(message: string): boolean {
  const text = /^(?:INIT_START|START|END|REPORT) .*$/s.exec(message);
  if (text !== null) return /\b(Runtime Version|RequestId): /.test(message) && !/\tStatus: /.test(message);
  if (describePlatform(message) === undefined) return false;
  const { status = "success" } = membersOf(message).record as Platform;
  return status === "success";
}

function membersOf(message: string): Members {
  if (!message.startsWith("{")) return {};
  try {
    return JSON.parse(message) as Members;
  } catch {
    return {};
  }
}
