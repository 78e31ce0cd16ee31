// The alarms that docs/components/alarms.md lists, against those of a program with every component.
import { strict as assert } from "node:assert";
import type { GraphResource } from "@spillway/graph";
import { Recorded } from "../support/component-graph";
import { tableAfter } from "../support/docs-tables";
import { componentOf, everything } from "../support/every-component";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const page = "docs/components/alarms.md";
const place = "# Alarms\n";
const consumers = ["QueueConsumer", "StreamConsumer", "TableConsumer", "TopicConsumer"];
const metricOf = ({ inputs }: GraphResource) => `${inputs.namespace} ${inputs.metricName}`;
const ofDeadLetters = ({ name }: GraphResource) => name.endsWith("-dead-letters");
/** As the alarm's name ends: `iterator-age` for `iteratorAge`. */
const kebab = (kind: string) => kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe("docs/components/alarms.md lists the alarms correctly:", () => {
  let graph: Recorded;
  before(async () => {
    graph = await Recorded.of(() => everything({ alarms: "all" }));
  });
  const kindOf = (alarm: GraphResource) => componentOf(graph, alarm).split(" ")[0] ?? "";

  it("metric, threshold and minutes of each", () => {
    const stated = tableAfter(page, place, "alarm ").flatMap(
      ([kind = "", of = "", metric = "", above = "", minutes = "", ...says]) => {
        assert.ok(says.length === 2 && says.every((text) => text !== ""), `${kind} says what to do first`);
        const components = of === "every consumer" ? consumers : of.split(", ");
        return components.map((component) => [component, metric, kebab(kind), parseFloat(above), minutes].join());
      },
    );
    // The longest first: `iterator-age` ends with `age`, too.
    const endings = [...new Set(stated.map((row) => row.split(",")[2] ?? ""))].sort((a, b) => b.length - a.length);
    const found = graph
      .all(alarmType)
      .filter((alarm) => !ofDeadLetters(alarm))
      .map((alarm) => {
        const ending = endings.find((each) => alarm.name.endsWith(`-${each}`)) ?? `nothing for ${alarm.name}`;
        const { threshold, evaluationPeriods, datapointsToAlarm, period } = alarm.inputs;
        const minutes =
          datapointsToAlarm === evaluationPeriods ? evaluationPeriods : `${datapointsToAlarm} of ${evaluationPeriods}`;
        const unit = period === 3600 ? `${minutes} h` : minutes;
        return [kindOf(alarm), metricOf(alarm), ending, threshold, unit].join();
      });
    assert.deepEqual(stated.sort(), [...new Set(found)].sort());
  });

  it("how many each component has", () => {
    const stated = tableAfter(page, place, "component ");
    const components = new Set(graph.all(alarmType).map(kindOf));
    assert.deepEqual(stated.map(([component]) => component).sort(), [...components].sort());
    for (const [component, all, dead] of stated) {
      const instances = new Set(
        graph.graph.resources
          .map((resource) => componentOf(graph, resource))
          .filter((each) => each.startsWith(`${component} `)),
      ).size;
      const alarms = graph.all(alarmType).filter((alarm) => kindOf(alarm) === component);
      // The table of the program has one index.
      const ofIndexes = alarms.filter(({ name }) => name.includes("-index-")).length;
      // Its function has a dead-letter target of its own.
      const ofTarget = alarms.filter(({ name }) => name.endsWith("-dead-letter-errors")).length;
      assert.equal(alarms.length - ofIndexes - ofTarget, Number(all) * instances, component);
      assert.equal(alarms.filter(ofDeadLetters).length, Number(dead) * instances, component);
      assert.equal(ofIndexes, component === "Table" ? 2 : 0);
    }
  });
});
