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

test("raises one alert for a page that is viewed very often", async () => {
  for (let visitor = 0; visitor < 20; visitor++) await view("/launch", `visitor-${visitor}`);
  await run.settled();

  assert.equal(await viewsOf("/launch"), 20);
  const [alert, ...others] = await rowsOf("alerts", "/launch");
  assert.ok(Number(alert?.views) > 5, JSON.stringify(alert));
  assert.deepEqual(others, []);
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
