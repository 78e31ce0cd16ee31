// What arrives in the function of captured objects that lead back to themselves.
import { strict as assert } from "node:assert";
import { serializeInline } from "../../bundle/inline";
import { readsOfCycles } from "../../bundle/inline-cycles";
import { travelled } from "../support/travelled";

interface Item {
  n: number;
  self: Item;
  other: Item;
  list: Item[];
}

const item = (n: number, more: Partial<Item> = {}) => ({ n, ...more }) as Item;

/** Each reads the same in the function as here. */
async function sameThere(uses: Readonly<Record<string, () => unknown>>) {
  for (const [shape, use] of Object.entries(uses)) {
    const there = await travelled(use);
    assert.deepEqual(there(), use(), shape);
  }
}

describe("an inline callback that captures an object which leads back to itself", () => {
  it("reads its members however it comes to them: they were undefined the second time round", async () => {
    const own = item(1);
    own.self = own;
    const first = item(2);
    const second = item(3, { other: first });
    first.other = second;
    const listed = item(4);
    listed.list = [listed];
    class Made {
      readonly self: Made;
      constructor(readonly n: number) {
        this.self = this;
      }
      twice() {
        return 2 * this.self.self.n;
      }
    }
    const made = new Made(5);
    const frozen = item(6);
    frozen.self = frozen;
    Object.freeze(frozen);
    await sameThere({
      itself: () => own.self.self.n,
      "itself, three times": () => own.self.self.self.n,
      "each other": () => [first.other.n, first.other.other.n],
      "each other, twice": () => first.other.other.other.n,
      "in an array": () => listed.list[0]?.list[0]?.n,
      "an instance": () => made.self.self.n,
      "an instance's method": () => [made.twice(), made.self.self.twice()],
      frozen: () => frozen.self.self.n,
    });
  });

  it("calls helpers that call others by the object which holds them: those were no functions", async () => {
    const all = {
      math: {
        double: (n: number): number => all.math.times(n, 2),
        times: (a: number, b: number): number => a * b,
        isEven: (n: number): boolean => n === 0 || all.math.isOdd(n - 1),
        isOdd: (n: number): boolean => n !== 0 && all.math.isEven(n - 1),
      },
      "odd name": { "a-b": { get: (): number => all["odd name"]["a-b"].n, n: 7 } },
    };
    const shop = {
      services: {
        orders: {
          shop: undefined as unknown,
          total() {
            return (this.shop as typeof shop).services.prices.n;
          },
        },
        prices: { n: 8 },
      },
    };
    shop.services.orders.shop = shop;
    await sameThere({
      "one way": () => all.math.double(3),
      "both ways": () => all.math.isEven(4),
      "by odd names": () => all["odd name"]["a-b"].get(),
      "by this": () => shop.services.orders.total(),
    });
  });

  it("takes along what is read of the whole object", async () => {
    type Tree = Record<"p", { q: Record<string, unknown>; r: number }>;
    const tree = (n: number): Tree => ({ p: { q: {}, r: n } });
    const [named, byFunction, inList] = [tree(1), tree(2), tree(3)];
    named.p.q.back = named;
    byFunction.p.q.f = () => {
      const whole = byFunction;
      return whole.p.r;
    };
    inList.p.q.list = [inList];
    await sameThere({
      named: () => {
        const whole = named.p.q.back as Tree;
        return whole.p.r;
      },
      "by a function": () => (byFunction.p.q.f as () => number)(),
      "in an array": () => {
        const list = inList.p.q.list as Tree[];
        return list[0]?.p.r;
      },
    });
  });

  it("reads it by its class and its prototype: the object did not exist yet when they got it", async () => {
    class Registry {
      static only: Registry;
      constructor(readonly n: number) {}
      get() {
        return Registry.only.n;
      }
    }
    Registry.only = new Registry(9);
    const registry = Registry.only;
    const base: { leaf?: unknown } = {};
    const middle = Object.assign(Object.create(base), { m: 10 });
    const leaf = Object.assign(Object.create(middle), { n: 11 });
    base.leaf = leaf;
    await sameThere({
      class: () => registry.get(),
      prototypes: () => {
        const whole = middle;
        return [whole.leaf.n, whole.leaf.m];
      },
    });
  });

  it("takes ten times as long for ten times as many, not a hundred times", async () => {
    /** Microseconds of the processor, the least of three: others may take it from this process meanwhile. */
    const costOf = async (count: number) => {
      const ring = Array.from({ length: count }, (_, index) => item(index));
      for (const [index, each] of ring.entries()) each.other = ring[(index + 1) % count] ?? each;
      const costs: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const before = process.cpuUsage();
        const { functions } = await readsOfCycles(new Set<unknown>([ring, ...ring]));
        const { user, system } = process.cpuUsage(before);
        assert.equal(functions.length, count);
        costs.push(user + system);
      }
      return Math.min(...costs);
    };
    await costOf(300);
    const [few, many] = [await costOf(300), await costOf(3000)];
    assert.ok(many < 35 * few, `${few} µs for 300, ${many} µs for 3,000`);
  });

  it("leaves the members that it does not name", async () => {
    const all = {
      secret: "s3cret",
      math: {
        secret: "s3cret",
        double: (n: number): number => all.math.times(n, 2),
        times: (a: number, b: number): number => a * b,
      },
    };
    const text = await serializeInline((() => all.math.double(3)) as never, undefined as never);
    assert.ok(!text.includes("s3cret"), text);
    assert.ok(!text.includes("spillwayRead["), text);
  });

  it("is refused if such a member cannot travel, and only if it names that member", async () => {
    const rows = new Map([["a", 1]]);
    const all = { table: { rows, find: (key: string): unknown => all.table.rows.get(key) } };
    await assert.rejects(
      travelled(() => all.table.find("a")),
      /^Error: it captures a Map; export the callback from a module of its own/,
    );
    const shop = {
      rate: 3,
      services: {
        orders: {
          shop: undefined as unknown,
          total() {
            return (this.shop as typeof shop).rate;
          },
        },
        rows,
      },
    };
    shop.services.orders.shop = shop;
    await sameThere({ "not named": () => shop.services.orders.total() });
  });
});
