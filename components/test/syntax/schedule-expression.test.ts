// When schedules are due: rate, cron and one-time expressions, in their time zones.
import assert from "node:assert/strict";
import { nextOf, parseExpression, parseMoment } from "../../syntax/schedule-expression";
import { isTimeZone } from "../../syntax/time-zone";

interface Options {
  readonly timeZone?: string;
  readonly start?: string;
  readonly end?: string;
  readonly count?: number;
}

/** The first moments after `from`, at which the schedule is created, too. */
function due(expression: string, from: string, { timeZone = "UTC", start, end, count = 3 }: Options = {}): string[] {
  const next = nextOf(parseExpression(expression), {
    timeZone,
    createdAt: Date.parse(from),
    start: start === undefined ? undefined : Date.parse(start),
    end: end === undefined ? undefined : Date.parse(end),
  });
  const moments: string[] = [];
  for (let at = next(Date.parse(from)); at !== undefined && moments.length < count; at = next(at)) {
    moments.push(new Date(at).toISOString().replace(/(:00)?\.000Z$/, "Z"));
  }
  return moments;
}

describe("a rate", () => {
  it("counts from the creation of the schedule", () => {
    assert.deepEqual(due("rate(1 hour)", "2026-01-01T10:00:30Z", { count: 2 }), [
      "2026-01-01T11:00:30Z",
      "2026-01-01T12:00:30Z",
    ]);
    assert.deepEqual(due("rate(90 minutes)", "2026-01-01T10:00:00Z", { count: 2 }), [
      "2026-01-01T11:30Z",
      "2026-01-01T13:00Z",
    ]);
  });

  it("is first due at the creation", () => {
    const createdAt = Date.parse("2026-01-01T10:00:30Z");
    const next = nextOf(parseExpression("rate(1 hour)"), { timeZone: "UTC", createdAt });
    assert.deepEqual([next(createdAt - 1), next(createdAt)], [createdAt, createdAt + 3_600_000]);
  });

  it("is first due at a start date, and keeps in step with a past one", () => {
    const [from, count] = ["2026-01-01T10:00:00Z", 2];
    assert.deepEqual(due("rate(2 hours)", from, { start: "2026-01-03T08:30:00Z", count }), [
      "2026-01-03T08:30Z",
      "2026-01-03T10:30Z",
    ]);
    assert.deepEqual(due("rate(2 hours)", from, { start: "2026-01-01T01:15:00Z", count }), [
      "2026-01-01T11:15Z",
      "2026-01-01T13:15Z",
    ]);
  });

  it("has days of 24 hours, and stops at the end date", () => {
    const options = { timeZone: "Europe/Berlin", end: "2026-03-30T12:00:00Z" };
    assert.deepEqual(due("rate(1 day)", "2026-03-28T12:00:00Z", options), ["2026-03-29T12:00Z", "2026-03-30T12:00Z"]);
  });
});

describe("a cron expression", () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      "lists, ranges and steps, in any order",
      "cron(30,0 8-10/2,20 ? * MON-FRI *)",
      "2026-01-30T09:00:00Z",
      ["2026-01-30T10:00Z", "2026-01-30T10:30Z", "2026-01-30T20:00Z", "2026-01-30T20:30Z", "2026-02-02T08:00Z"],
    ],
    [
      "steps from a number on",
      "cron(5/25 * * * ? *)",
      "2026-01-01T00:00:00Z",
      ["2026-01-01T00:05Z", "2026-01-01T00:30Z"],
    ],
    ["years", "cron(0 0 1 JAN ? 2028-2030/2)", "2026-01-01T00:00:00Z", ["2028-01-01T00:00Z", "2030-01-01T00:00Z"]],
    ["the last day", "cron(0 0 L * ? *)", "2026-02-01T00:00:00Z", ["2026-02-28T00:00Z", "2026-03-31T00:00Z"]],
    ["months without a 31st", "cron(0 0 31 * ? *)", "2026-03-01T00:00:00Z", ["2026-03-31T00:00Z", "2026-05-31T00:00Z"]],
    ["leap days", "cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["the nearest weekday", "cron(0 0 15W * ? *)", "2026-02-01T00:00:00Z", ["2026-02-16T00:00Z", "2026-03-16T00:00Z"]],
    ["the last Sunday", "cron(0 0 ? * 1L *)", "2026-09-30T00:00:00Z", ["2026-10-25T00:00Z", "2026-11-29T00:00Z"]],
    ["the fifth Monday", "cron(0 0 ? * MON#5 *)", "2026-01-30T00:00:00Z", ["2026-03-30T00:00Z", "2026-06-29T00:00Z"]],
    ["a rare one", "cron(0 0 ? 2 MON#5 *)", "2026-01-30T00:00:00Z", ["2044-02-29T00:00Z"]],
    ["the last day of the week", "cron(0 0 ? * L *)", "2026-01-26T00:00:00Z", ["2026-01-31T00:00Z"]],
  ];
  for (const [name, expression, from, expected] of cases) {
    it(`supports ${name}`, () => assert.deepEqual(due(expression, from, { count: expected.length }), expected));
  }

  it("that matches no date is never due", () =>
    assert.deepEqual(due("cron(0 0 30 2 ? *)", "2026-01-01T00:00:00Z"), []));

  it("is due from the start date to the end date", () => {
    const options = { start: "2026-01-02T08:00:00Z", end: "2026-01-03T08:00:00Z", count: 9 };
    const expected = ["2026-01-02T08:00Z", "2026-01-03T08:00Z"];
    assert.deepEqual(due("cron(0 8 * * ? *)", "2026-01-01T00:00:00Z", options), expected);
  });

  it("follows the clocks of its time zone: skipped times are left out", () => {
    const expected = ["2026-03-28T01:30Z", "2026-03-30T00:30Z"];
    const given = { timeZone: "Europe/Berlin", count: 2 };
    assert.deepEqual(due("cron(30 2 * * ? *)", "2026-03-27T12:00:00Z", given), expected);
  });

  it("follows the clocks of its time zone: repeated times are due once", () => {
    const expected = ["2026-10-25T00:30Z", "2026-10-26T01:30Z"];
    const given = { timeZone: "Europe/Berlin", count: 2 };
    assert.deepEqual(due("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", given), expected);
    const halfHours = ["2026-11-01T05:00Z", "2026-11-01T05:30Z", "2026-11-01T07:00Z"];
    const newYork = { timeZone: "America/New_York", count: 3 };
    assert.deepEqual(due("cron(0/30 * * * ? *)", "2026-11-01T04:45:00Z", newYork), halfHours);
    assert.deepEqual(due("cron(0/30 * * * ? *)", "2026-11-01T06:10:00Z", newYork)[0], "2026-11-01T07:00Z");
  });
});

describe("a one-time expression", () => {
  it("is due once, in its time zone, regardless of the start and end dates", () => {
    const given = { timeZone: "Asia/Kolkata", start: "2027-01-01T00:00:00Z", end: "2026-01-01T00:00:00Z" };
    assert.deepEqual(due("at(2026-07-01T12:00:00)", "2026-01-01T00:00:00Z", given), ["2026-07-01T06:30Z"]);
  });

  it("is never due when its moment has passed", () => {
    assert.deepEqual(due("at(2026-07-01T12:00:00)", "2026-07-01T12:00:00Z"), []);
  });
});

describe("an expression is refused", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["every(5 minutes)", /none of rate\(…\), cron\(…\) and at\(…\)/],
    ["rate(0 minutes)", /positive integer/],
    ["rate(5 seconds)", /minutes, hours or days/],
    ["rate(1.5 hours)", /positive integer/],
    ["rate( 10 minutes )", /positive integer/],
    ["rate(10 MINUTES)", /minutes, hours or days/],
    [" rate(10 minutes)", /none of rate/],
    ["cron(7 20 * * NOT *)", /day-of-week cannot be "NOT"/],
    ["cron(0 dummy ? * MON-FRI *)", /hours cannot be "DUMMY"/],
    ["cron(0 0 * * *)", /6 fields, 5 given/],
    ["cron(0 0 * * * *)", /exactly one of day-of-month and day-of-week must be \?/],
    ["cron(0 0 ? * ? *)", /exactly one/],
    ["cron(60 0 * * ? *)", /minutes cannot be "60"/],
    ["cron(0 5x * * ? *)", /hours cannot be "5X"/],
    ["cron(0 0 L-3 * ? *)", /day-of-month cannot be "L-3"/],
    ["cron(0 0 1,15W * ? *)", /"15W" in a list/],
    ["cron(0 0 ? * FRI-MON *)", /day-of-week cannot be "6-2"/],
    ["cron(0 0 1 13 ? *)", /month cannot be "13"/],
    ["cron(0 0 1 1 ? 2200)", /year cannot be "2200"/],
    ["at(2026-02-30T00:00:00)", /there is no such day or time/],
    ["at(2026-02-03T24:00:00)", /there is no such day or time/],
    ["at(2026-02-03 00:00)", /yyyy-mm-ddThh:mm:ss/],
    ["at(2026-02-03T00:00:00Z)", /yyyy-mm-ddThh:mm:ss/],
  ];
  for (const [expression, message] of refused) {
    it(expression, () => {
      assert.throws(() => parseExpression(expression), message);
    });
  }
});

describe("a date of a schedule", () => {
  it("is an instant with its zone", () => {
    assert.equal(parseMoment("2030-01-01T01:00:00Z"), Date.UTC(2030, 0, 1, 1));
    assert.equal(parseMoment("2030-01-01T01:00:00.5+02:00"), Date.UTC(2029, 11, 31, 23, 0, 0, 500));
  });

  for (const text of ["2030-01-01", "2030-01-01T01:00:00", "2030-02-30T00:00:00Z", "2030-13-01T00:00:00Z", "soon"]) {
    it(`is not ${text}`, () => assert.equal(parseMoment(text), undefined));
  }
});

describe("a time zone", () => {
  for (const [name, expected] of [
    ["UTC", true],
    ["Europe/Berlin", true],
    ["America/Argentina/Buenos_Aires", true],
    ["Asia/Kolkata", true],
    ["Asia/Calcutta", true],
    ["Etc/GMT+5", true],
    ["+01:00", false],
    ["Mars/Olympus", false],
    ["europe/berlin", false],
    ["", false],
  ] as const) {
    it(`${expected ? "is" : "is not"} "${name}"`, () => assert.equal(isTimeZone(name), expected));
  }
});
