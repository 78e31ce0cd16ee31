// The wildcards that EventBridge finds too complex. How they are counted is that of AWS's matcher, event-ruler.
import assert from "node:assert/strict";
import { compileEventPattern } from "../../../test/support/internals";
import { complexityOf } from "../../syntax/wildcard-complexity";

describe("the complexity of wildcards", () => {
  const cases: readonly (readonly [wildcards: readonly string[], complexity: number])[] = [
    [["*"], 1],
    [["abc"], 1],
    [["*ab"], 2],
    [["*aa"], 3],
    [["aa*"], 2],
    [["a*bcb"], 3],
    [["*ab*ad"], 4],
    [["a*b*bb"], 5],
    [["*ab*b*b*"], 7],
    [["*a*a*a*a*a*a*a*a*"], 17],
    [["*", "ab*c"], 3],
    [["*abc", "*abcde"], 4],
    [["a*aaa", "aa*aa"], 7],
    [["ab*cd", "ab*wx", "ab*yz"], 6],
    [["ab*c", "ab*c"], 2],
    [["*:*:*:*:*:event-bus/*"], 11],
    [["a\\*b"], 1],
    [[], 0],
  ];
  for (const [wildcards, complexity] of cases) {
    it(`of ${JSON.stringify(wildcards)} is ${complexity}`, () =>
      assert.equal(complexityOf(wildcards, 100), complexity));
  }

  it("is found for long lists of wildcards too", () => {
    const many = Array.from({ length: 300 }, (_, index) => `*/${index}/*/x`);
    assert.equal(complexityOf(many, 10), 10);
    assert.equal(complexityOf(["x".repeat(2000), `${"ab".repeat(1000)}*c`], 10), 2);
    assert.equal(complexityOf([`a*${"cd".repeat(1000)}`], 10), 10, "one sequence, repeated");
  });
});

describe("an event pattern whose wildcards are too complex", () => {
  const refused = (detail: unknown) => () => compileEventPattern(JSON.stringify({ detail }));
  const message =
    "Event pattern is not valid. Reason: Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character";

  it("is refused, as AWS was seen to refuse it, wherever the wildcards are", () => {
    const tooMany = [{ wildcard: "*:*:*:*:*:event-bus/*" }];
    assert.throws(refused({ bus: tooMany }), { message });
    assert.throws(refused({ deep: { bus: tooMany } }), { message });
    assert.throws(refused({ $or: [{ a: [1] }, { bus: tooMany }] }), { message });
    const folders = ["bif", "tif", "tiff", "svs"].map((kind) => ({ wildcard: `*/datasync/*.${kind}` }));
    assert.throws(refused({ key: folders }), { message });
    const stacks = ["SharedStack", "TrackerStack", "WorkerStack", "MonitoringStack"];
    assert.throws(refused({ id: stacks.map((name) => ({ wildcard: `*:stack/${name}/*` })) }), { message });
  });

  it("is not one whose wildcards AWS was seen to take", () => {
    for (const list of [
      [{ wildcard: "arn:aws:events:us-east-1:*:event-bus/*" }],
      ["bif", "tif", "tiff", "svs"].map((kind) => ({ wildcard: `*.${kind}` })),
      ["bif", "tif"].map((kind) => ({ wildcard: `*/datasync/*.${kind}` })),
      ["SharedStack", "TrackerStack", "WorkerStack"].map((name) => ({ wildcard: `*:stack/${name}/*` })),
    ]) {
      assert.doesNotThrow(refused({ key: list }), JSON.stringify(list));
    }
  });

  it("is not one of which no answer of AWS is known", () => {
    const images = ["png", "jpg", "gif", "svg", "webp"].map((kind) => ({ wildcard: `*.${kind}` }));
    assert.equal(
      complexityOf(
        images.map(({ wildcard }) => wildcard),
        100,
      ),
      10,
    );
    assert.doesNotThrow(refused({ key: images }));
  });
});
