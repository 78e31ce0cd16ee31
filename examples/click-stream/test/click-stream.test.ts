// The whole program on this machine: what becomes of clicks, minute by minute.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";

let run: TestRun<Consumers>;
before(async () => {
  run = await startLocal<Consumers>({ config: { "click-stream:busyAbove": "5" } });
});
after(() => run?.stop());

const view = (page: string, visitor: string) => run.put("clicks", { page, visitor }, { partitionKey: page });
const rowsOf = async (table: string, page: string) =>
  (await run.table(table).items()).filter((item) => item.page === page);
/** A page's views may fall into two minutes. */
const viewsOf = async (page: string) =>
  (await rowsOf("views", page)).reduce((sum, { views }) => sum + Number(views), 0);

test("counts the views of each page in its minute", async () => {
  for (const visitor of ["ada", "ben", "ada"]) await view("/pricing", visitor);
  await view("/docs", "ben");
  await run.settled();

  assert.deepEqual([await viewsOf("/pricing"), await viewsOf("/docs")], [3, 1]);
  assert.deepEqual(await rowsOf("alerts", "/pricing"), []);
});

test("counts what comes to the endpoint, and refuses what is no click", async () => {
  const answer = await run.post("/clicks", { page: "/blog", visitor: "ada" });
  assert.equal(answer.status, 202);
  assert.equal((await run.post("/clicks", { page: "blog", visitor: "ada" })).status, 400);
  await run.settled();

  assert.equal(await viewsOf("/blog"), 1);
});

test("raises an alert for a page that is viewed very often, once in an hour", async () => {
  for (let visitor = 0; visitor < 20; visitor++) await view("/launch", `visitor-${visitor}`);
  await run.settled();

  assert.equal(await viewsOf("/launch"), 20);
  const busy = (await rowsOf("views", "/launch")).filter(({ views }) => Number(views) > 5);
  const hours = new Set(busy.map(({ at }) => String(at).slice(0, "2026-01-01T00".length)));
  const alerts = await rowsOf("alerts", "/launch");
  assert.deepEqual(
    alerts.map(({ hour, views }) => [hour, views]),
    [...hours].map((hour) => [
      hour,
      Math.max(...busy.filter(({ at }) => String(at).startsWith(hour)).map(({ views }) => Number(views))),
    ]),
  );
});

test("gives up what is no click, and counts the others of its batch", async () => {
  await run.put("clicks", "not a click", { partitionKey: "/about", unchecked: true });
  await view("/about", "ada");
  await run.settled();

  const [letter, ...others] = await run.deadLetters("clicks");
  assert.equal(letter?.reason?.errorType, "InvalidEvent");
  assert.deepEqual(others, []);
  assert.equal(await viewsOf("/about"), 1);
});
