// Many invocations: reuse, limits, fairness, and that nothing is left behind.
// Longer than 250 lines because every rule of reuse, limits and endings has its test here.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { loadTypeScript } from "../../../../test/support/load-typescript";
import { ServiceError } from "../../service/ask";
import { call, definitionOf, gate, isAlive, type RunningLambda, startLambda, until, waits } from "../support/lambda";

const counts = `let count = 0; exports.handler = async (event) => {
  count++;
  ${waits}
  await new Promise((r) => setTimeout(r, event.wait ?? 0));
  return { count, pid: process.pid };
};`;

/** Stops the time by which the pool decides, until it goes on. */
function standStill() {
  const { now } = performance;
  let time = performance.now();
  performance.now = () => time;
  return {
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    goOn: () => {
      performance.now = now;
    },
  };
}

describe("the pool of environments", () => {
  let run: RunningLambda;
  beforeEach(async () => {
    run = await startLambda({ concurrency: 2 });
  });
  afterEach(() => run.close());

  it("keeps an environment's state between events", async () => {
    run.put("counts", counts);
    const first = (await call(run.lambda, "counts")).answer;
    const second = (await call(run.lambda, "counts")).answer;
    assert.deepEqual(second, { count: 2, pid: first.pid });
  });

  it("runs at most the given number at a time, and starts the others in the order of arrival", async () => {
    run.put("counts", counts);
    const started: number[] = [];
    const calls = [0, 1, 2, 3, 4, 5].map((n) =>
      run.lambda.pool.invoke("counts", { payload: '{"wait":30}', onStart: () => started.push(n) }),
    );
    const pids = (await Promise.all(calls)).map(({ payload }) => JSON.parse(payload).pid);
    assert.equal(new Set(pids).size, 2);
    assert.deepEqual(started, [0, 1, 2, 3, 4, 5]);
  });

  it("does not let a function starve behind another", async () => {
    run.put("busy", counts);
    run.put("rare", counts);
    let busyStarted = 0;
    const busy = Array.from({ length: 60 }, () =>
      run.lambda.pool.invoke("busy", { payload: '{"wait":20}', onStart: () => busyStarted++ }),
    );
    let before = 0;
    await run.lambda.pool.invoke("rare", {
      payload: "{}",
      onStart: () => {
        before = busyStarted;
      },
    });
    assert.ok(before < 60, `${before} of 60 started before`);
    await Promise.all(busy);
  });

  it("discards no process while more functions than may run at a time are busy", async () => {
    const names = ["first", "second", "third", "fourth", "fifth"];
    for (const name of names) run.put(name, counts);
    const pids = new Set<number>();
    for (let rounds = 0; rounds < 6; rounds++) {
      const calls = names.flatMap((name) => [0, 1, 2].map(() => call(run.lambda, name, { wait: 20 })));
      for (const { answer } of await Promise.all(calls)) pids.add(answer.pid);
    }
    assert.deepEqual(
      [...pids].filter((pid) => !isAlive(pid)),
      [],
    );
  });

  it("starts and ends no process under a steady load once each function has run, while more of them are busy than may run", async () => {
    const names = ["first", "second", "third", "fourth", "fifth"];
    for (const name of names) run.put(name, counts);
    for (const name of names) await call(run.lambda, name);
    const pids = () => run.lambda.pool.processes.map(({ pid }) => pid).sort();
    const warm = pids();
    // No event is late, however slow the machine is.
    const time = standStill();
    try {
      for (let rounds = 0; rounds < 6; rounds++) {
        const calls = names.flatMap((name) => [0, 1, 2].map(() => call(run.lambda, name, { wait: 5 })));
        for (const { answer } of await Promise.all(calls)) assert.ok(warm.includes(answer.pid));
        assert.deepEqual(pids(), warm);
      }
    } finally {
      time.goOn();
    }
    assert.equal(warm.length, names.length);
  });

  it("runs events in parallel that would wait long for the only environment of their function", async () => {
    for (const name of ["slow", "warm", "resting"]) run.put(name, counts);
    for (const name of ["slow", "warm", "resting"]) await call(run.lambda, name);
    const { until: opened, open } = gate(run.files.folder);
    const both = [1, 2].map(() => call(run.lambda, "slow", { until: opened }));
    await until("both run", () => run.lambda.pool.processes.filter(({ busy }) => busy).length === 2);
    open();
    const [first, second] = (await Promise.all(both)).map(({ answer }) => answer.pid);
    assert.notEqual(first, second);
    assert.equal(run.lambda.pool.processes.length, 4);
  });

  it("runs short events in parallel when one environment cannot keep up, and more could run", async () => {
    for (const name of ["fed", "warm", "resting"]) run.put(name, counts);
    for (const name of ["fed", "warm", "resting"]) await call(run.lambda, name);
    // Each takes a twentieth of the patience that a single long event is given.
    await Promise.all(Array.from({ length: 60 }, () => call(run.lambda, "fed", { wait: 50 })));
    const fed = run.lambda.pool.processes.filter(({ functionName }) => functionName === "fed");
    assert.equal(fed.length, 2, "as many as may run");
  });

  it("replaces the longest idle environment when memory is short", async () => {
    const own = await startLambda({ concurrency: 1, memory: 1 });
    try {
      for (const name of ["first", "second", "third"]) own.put(name, counts);
      const { pid } = (await call(own.lambda, "first")).answer;
      await call(own.lambda, "second");
      assert.deepEqual(
        own.lambda.pool.processes.map(({ functionName }) => functionName),
        ["second"],
      );
      await until("the first has gone", () => !isAlive(pid));
    } finally {
      await own.close();
    }
  });

  it("throttles above the function's reserved concurrency, and always at 0", async () => {
    run.put("one", counts, { reservedConcurrency: 1 });
    run.put("none", counts, { reservedConcurrency: 0 });
    const running = call(run.lambda, "one", { wait: 50 });
    for (const name of ["one", "none"]) {
      await assert.rejects(call(run.lambda, name), (error) => {
        assert.ok(error instanceof ServiceError);
        assert.equal(error.code, "TooManyRequestsException");
        assert.equal(error.status, 429);
        assert.equal(error.fields.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
        return true;
      });
    }
    assert.equal((await running).answer.count, 1);
  });

  it("runs new code from the next event, and lets the old code finish", async () => {
    const { until: opened, open } = gate(run.files.folder);
    run.put("changes", `exports.handler = async (event) => { ${waits} return 'old'; };`);
    const old = call(run.lambda, "changes", { until: opened });
    await until("it runs", () => run.lambda.pool.processes.some(({ busy }) => busy));
    run.put("changes", "exports.handler = async () => 'new';");
    assert.equal((await call(run.lambda, "changes")).answer, "new");
    open();
    assert.equal((await old).answer, "old");
  });

  it("starts waiting events with the new code, and removes the old code when nothing runs it", async () => {
    const saying = (word: string) =>
      `exports.handler = async (event) => { ${waits} return { word: "${word}", pid: process.pid, root: process.env.LAMBDA_TASK_ROOT }; };`;
    run.put("waits", saying("old"));
    const idle = (await call(run.lambda, "waits")).answer;
    const { until: opened, open } = gate(run.files.folder);
    const calls = [opened, opened, undefined, undefined].map((file) => call(run.lambda, "waits", { until: file }));
    await until("two run", () => run.lambda.pool.processes.filter(({ busy }) => busy).length === 2);
    run.put("waits", saying("new"));
    open();
    const answers = (await Promise.all(calls)).map(({ answer }) => answer);
    assert.deepEqual(
      answers.map(({ word }) => word),
      ["old", "old", "new", "new"],
    );
    assert.equal(answers[0]?.root, idle.root);
    await until("the old code has gone", () => !existsSync(idle.root));
    assert.equal(isAlive(idle.pid), false);
    assert.ok(existsSync(answers[3]?.root));
  });

  it("counts events on replaced code in the function's reserved concurrency", async () => {
    run.put("one", counts, { reservedConcurrency: 1 });
    const { until: opened, open } = gate(run.files.folder);
    const running = call(run.lambda, "one", { until: opened });
    await until("it runs", () => run.lambda.pool.processes.some(({ busy }) => busy));
    run.put("one", `${counts}// new`, { reservedConcurrency: 1 });
    await assert.rejects(call(run.lambda, "one"), /Rate Exceeded/);
    open();
    assert.equal((await running).answer.count, 1);
    assert.equal((await call(run.lambda, "one")).answer.count, 1);
  });

  it("withdraws waiting events also when the function has been replaced since", async () => {
    run.put("waits", counts);
    const running = [1, 2].map(() => call(run.lambda, "waits", { wait: 300 }));
    const stop = new AbortController();
    const waiting = run.lambda.pool.invoke("waits", { payload: "{}", signal: stop.signal });
    run.put("waits", `${counts}// new`);
    stop.abort();
    await assert.rejects(waiting, /The local run is being stopped/);
    await Promise.all(running);
  });

  it("ends environments that have been idle", async () => {
    const own = await startLambda({ idleTime: 20 });
    try {
      own.put("idle", counts);
      const { pid } = (await call(own.lambda, "idle")).answer;
      await until("the environment has gone", () => !isAlive(pid) && own.lambda.pool.processes.length === 0);
      assert.deepEqual(own.lambda.pool.processes, []);
      assert.equal((await call(own.lambda, "idle")).answer.count, 1);
    } finally {
      await own.close();
    }
  });

  it("keeps environments that have been idle for less", async () => {
    const own = await startLambda({ idleTime: 20 });
    const time = standStill();
    try {
      own.put("idle", counts);
      const { pid } = (await call(own.lambda, "idle")).answer;
      time.pass(19);
      // It has looked for idle environments several times by then.
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(own.lambda.pool.processes[0]?.pid, pid);
      time.pass(1);
      await until("the environment has gone", () => own.lambda.pool.processes.length === 0);
    } finally {
      time.goOn();
      await own.close();
    }
  });

  it("withdraws a waiting event and kills a running one when its signal aborts", async () => {
    run.put("waits", counts);
    const stop = new AbortController();
    const calls = [1, 2, 3].map(() =>
      run.lambda.pool.invoke("waits", { payload: '{"wait":9000}', signal: stop.signal }).then(
        ({ payload }) => JSON.parse(payload).errorMessage as string,
        (error: Error) => error.message,
      ),
    );
    await until("two run", () => run.lambda.pool.processes.filter(({ busy }) => busy).length === 2);
    stop.abort();
    const [first, second, third] = await Promise.all(calls);
    assert.match(first ?? "", /signal: killed/);
    assert.match(second ?? "", /signal: killed/);
    assert.equal(third, "The local run is being stopped.");
  });

  it("leaves no process and no file behind when it is closed", async () => {
    run.put(
      "left",
      "exports.handler = async (event) => { if (event.hang) for (;;); return { pid: process.pid, root: process.env.LAMBDA_TASK_ROOT }; };",
    );
    const { pid, root } = (await call(run.lambda, "left")).answer;
    assert.ok(existsSync(root));
    const hanging = run.lambda.pool.invoke("left", { payload: '{"hang":true}' });
    await run.close();
    assert.match((await hanging).payload, /signal: killed/);
    assert.equal(isAlive(pid), false);
    assert.equal(existsSync(root), false);
  });

  /** A run of its own, whose function says its process id and then loops or rests. */
  const startParent = (code: string, then: string) => {
    const archive = run.files.zip({ "index.js": code });
    const program = `
      const { Pool } = require("./packages/local/lambda/function/pool");
      const { CredentialStore } = require("./packages/local/lambda/function/credentials");
      const { createClock } = require("./packages/local/service/clock");
      const onLog = (name, id, line) => { console.log(line); ${then} };
      const pool = new Pool({ clock: createClock(), region: "eu-west-1", credentials: new CredentialStore(), address: () => "http://127.0.0.1:9", onLog });
      pool.add(${JSON.stringify(definitionOf("orphan", archive))});
      void pool.invoke("orphan", { payload: "{}" });
      setInterval(() => {}, 1000);`;
    return spawn(process.execPath, [...loadTypeScript, "-e", program], {
      cwd: path.resolve(__dirname, "../../../.."),
      env: { ...process.env, TMPDIR: run.files.folder },
    });
  };
  const firstNumber = (parent: ReturnType<typeof startParent>) =>
    new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));

  it("ends its environments when the run itself is killed", async () => {
    const parent = startParent("exports.handler = async () => process.stdout.write(process.pid + '\\n');", "");
    try {
      const pid = await firstNumber(parent);
      assert.equal(isAlive(pid), true);
      parent.kill("SIGKILL");
      await until("the environment has gone", () => !isAlive(pid));
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("ends a function in a busy loop when the run exits without closing", async () => {
    const busy = "exports.handler = async () => { process.stdout.write(process.pid + '\\n'); for (;;); };";
    const parent = startParent(busy, "setTimeout(() => process.exit(130), 50);");
    try {
      const pid = await firstNumber(parent);
      await until("the environment has gone", () => !isAlive(pid));
      assert.deepEqual(
        readdirSync(run.files.folder).filter((name) => name.startsWith("spillway-")),
        [],
      );
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
