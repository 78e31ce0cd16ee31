// What Pulumi's serialisation of an inline callback leaves out of captured values, although it says nothing.
import { strict as assert } from "node:assert";
import fs, { existsSync } from "node:fs";
import * as v from "valibot";
import yaml, { parse } from "yaml";
import { Recorded, refusal } from "../../../test/support/component-graph";
import { QueueConsumer } from "../../queue-consumer";
import { callback } from "../../runtime/callback/callback";
import { travelled } from "../support/travelled";

const fix = "export the callback from a module of its own, which is bundled from its source.";
const consumer = (use: () => unknown) => () =>
  void new QueueConsumer("inline", { callback: callback(v.object({}), () => () => void use()) });

describe("an inline callback", () => {
  it("that captures a class is refused if the class gives fields their values: instances had none of them", async () => {
    class Tax {
      rate = 3;
    }
    const message = await refusal(consumer(() => new Tax().rate));
    assert.ok(message.includes(`it captures the class Tax, whose fields would have no values; ${fix}`), message);
  });

  it("may capture an instance of such a class, and a class whose fields are given to its constructor", async () => {
    class Limit {
      most = 3;
      isMet(count: number) {
        return count <= this.most;
      }
    }
    const limit = new Limit();
    class Tax {
      static readonly name = "VAT";
      constructor(readonly rate: number) {}
      text() {
        return `${Tax.name}: rate = ${this.rate}`;
      }
    }
    for (const use of [() => limit.isMet(2), () => new Tax(3).text()]) {
      (await Recorded.of(consumer(use))).one("aws:lambda/function:Function");
    }
  });

  it("that captures a class beside an instance is refused in any order: it was not if the instance came first", async () => {
    class Tax {
      rate = 3;
      isMet(rate: number) {
        return rate >= this.rate;
      }
    }
    const tax = new Tax();
    const holder = { tax, Tax };
    class Twin {
      n = 1;
      twin() {
        return new Twin();
      }
    }
    const twin = new Twin();
    for (const [use, name] of [
      [() => [tax.isMet(2), new Tax().rate], "Tax"],
      [() => [new Tax().rate, tax.isMet(2)], "Tax"],
      [() => ({ ...holder }), "Tax"],
      [() => twin.twin().n, "Twin"],
    ] as const) {
      const message = await refusal(consumer(use));
      assert.ok(message.includes(`it captures the class ${name}, whose fields would have no values; ${fix}`), message);
    }
    assert.equal((await travelled(() => holder.tax.isMet(3)))(), true);
  });

  it("may capture an object that inherits from another one: it was refused as an Object", async () => {
    const limits = Object.create({ most: 3 });
    (await Recorded.of(consumer(() => limits.most))).one("aws:lambda/function:Function");
  });

  it("may use a module's default beside its names: it was undefined when the callback ran", async () => {
    const used = () => [fs.existsSync("/"), existsSync("/"), yaml.parse("1"), parse("2")];
    assert.deepEqual((await travelled(used))(), [true, true, 1, 2]);
  });

  it("gets a module as it is where only a name that ends like the module's has a default", async () => {
    const fs_1 = require("node:events");
    const used = () => [existsSync("/"), fs.existsSync("/"), typeof fs_1, fs_1.length];
    assert.deepEqual((await travelled(used))(), [true, true, "function", 1]);
  });

  it("that captures an array is refused if its undefined elements would be lost", async () => {
    const endsWithHole = Object.assign(new Array(3), { 0: {} });
    for (const captured of [[1, undefined], [undefined], [undefined, "a"], new Array(2), endsWithHole]) {
      const message = await refusal(consumer(() => captured));
      assert.ok(message.includes(`it captures an array with undefined in it, which would get lost; ${fix}`), message);
    }
    const hasHole = Object.assign([{}], { 2: 1 });
    for (const captured of [[], [1, null], [{}, undefined], hasHole]) {
      (await Recorded.of(consumer(() => captured))).one("aws:lambda/function:Function");
    }
  });

  it("that captures an instance of a class which extends Array or RegExp is refused: its methods were gone", async () => {
    class Amounts extends Array<number> {
      sum() {
        return this.reduce((all, each) => all + each, 0);
      }
    }
    class Word extends RegExp {}
    for (const [captured, what] of [
      [Amounts.of(1, 2), "an Amounts, which would be an Array only"],
      [new Word("a"), "a Word, which would be a RegExp only"],
    ] as const) {
      const message = await refusal(consumer(() => captured));
      assert.ok(message.includes(`it captures ${what}; ${fix}`), message);
    }
  });
});
