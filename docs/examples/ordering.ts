// A ledger whose entries are posted in order for each account, and positions of vehicles that may come in any order.
import { QueueConsumer, StreamConsumer, sendTo, Table, writeTable } from "spillway";
import { postEntry, splitStatement } from "./ledger";
import { trackVehicle } from "./positions";

const accounts = new Table("accounts", { hashKey: "account" });
const ledger = new QueueConsumer("ledger", {
  callback: postEntry,
  bindings: { accounts: writeTable(accounts, ["UpdateItem"]) },
  fifo: true,
  highThroughput: true, // limits and deduplication for each account by itself
});
const statements = new QueueConsumer("statements", {
  callback: splitStatement,
  bindings: { ledger: sendTo(ledger) },
});

const vehicles = new Table("vehicles", { hashKey: "vehicle" });
const positions = new StreamConsumer("positions", {
  callback: trackVehicle,
  bindings: { vehicles: writeTable(vehicles, ["UpdateItem"]) },
  parallelizationFactor: 4, // four batches of a shard at a time; the order of each vehicle stays
});

export const statementsUrl = statements.queueUrl;
export const ledgerUrl = ledger.queueUrl;
export const ledgerDeadLettersUrl = ledger.deadLetterQueueUrl;
export const accountsTable = accounts.name;
export const positionsStream = positions.streamName;
export const vehiclesTable = vehicles.name;
