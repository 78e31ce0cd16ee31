// The program: the readings stream, the callback that consumes it, and the table that the callback writes to.
import { StreamConsumer, Table, writeTable } from "spillway";
import { keepLatest } from "./functions/keep-latest";

const sensors = new Table("sensors", { hashKey: "sensorId" });

// readings stream ─► keepLatest ─► sensors table
const readings = new StreamConsumer("readings", {
  callback: keepLatest,
  bindings: { sensors: writeTable(sensors, ["PutItem"]) },
});

/** The consumers by their names, so that the compiler knows what a test may put. */
export type Consumers = { readings: typeof readings };

export const readingsStreamName = readings.streamName;
export const sensorsTableName = sensors.name;
export const deadLetters = { readings: readings.deadLetters };
