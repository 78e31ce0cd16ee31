// Wall clock times of IANA time zones, with daylight saving time. A wall clock time is counted in milliseconds as if it
// were UTC.

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for a zone that there is not. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}

export function isTimeZone(timeZone: string): boolean {
  // Offsets, as +01:00, are none of AWS's time zones.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    const { timeZone: name } = formatOf(timeZone).resolvedOptions();
    // IANA's names have one spelling. Whether AWS takes another one is not documented, and the right one is as easily
    // written.
    return name === timeZone || name.toLowerCase() !== timeZone.toLowerCase();
  } catch {
    return false;
  }
}

/** What the clocks of the zone show at the moment, to the second. */
export function wallOf(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** When the clocks of the zone show it: the first time, when they show it twice; undefined when they skip it. */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const day = 86_400_000;
  const offsets = [wall - day, wall + day].map((near) => wallOf(near, timeZone) - near);
  return offsets
    .map((offset) => wall - offset)
    .filter((instant) => wallOf(instant, timeZone) === wall)
    .sort((a, b) => a - b)[0];
}
