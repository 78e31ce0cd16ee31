// Payments, in the order of each account:
// endpoint ─► FIFO queue ─► takePayment ─► payments table ─► publishPayment ─► topic ─► updateBalance ─► balances table
// schedule ─► queue ─► reconcile: compares the payments table with the provider's charges ─► discrepancies table
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  AlarmTopic,
  HttpIngress,
  type Operations,
  plain,
  publishTo,
  QueueConsumer,
  readTable,
  Schedule,
  secret,
  Table,
  TableConsumer,
  Topic,
  writeTable,
} from "spillway";
import type { PaymentEvent } from "./functions/contracts/payment-event";
import { publishPayment } from "./functions/publish-payment";
import { paymentsByDay, reconcile } from "./functions/reconcile";
import { takePayment } from "./functions/take-payment";
import { updateBalance } from "./functions/update-balance";

const config = new pulumi.Config();
const alarms = new AlarmTopic("alarms", { emails: config.getObject<string[]>("alarmEmails") ?? [] });
/** How all components are operated: with every alarm, and with what holds data protected from deletion. */
const operations: Operations = {
  protect: config.getBoolean("protect") ?? true,
  alarms: "all",
  alarmTopicArn: alarms.topicArn,
};
const providerUrl = plain(config.get("providerUrl") ?? "https://payments.example.com");
// Only the parameter belongs to the program. Its value is set by hand, once, and is in no state and no repository:
//   aws ssm put-parameter --overwrite --name <providerKeyParameter> --value …
const parameter = new aws.ssm.Parameter(
  "provider-key",
  { type: "SecureString", value: "not set yet" },
  { ignoreChanges: ["value"] },
);
const providerKey = secret({ parameterArn: parameter.arn });

const payments = new Table("payments", {
  hashKey: "paymentId",
  stream: true,
  indexes: { [paymentsByDay]: { hashKey: "day", projection: ["amount", "status"] } },
  ...operations,
});
const seen = new Table("seen-payments", { hashKey: "id", timeToLive: "expiration", ...operations });
const taking = new QueueConsumer("payments", {
  callback: takePayment,
  bindings: { providerUrl, providerKey, payments: writeTable(payments, ["PutItem"]) },
  // The account is the message group: its payments are taken one after the other, and those of others meanwhile.
  fifo: true,
  // SQS drops a second message with the same id for five minutes only, and a caller may repeat a request much later.
  idempotency: { table: seen, key: "paymentId" },
  ...operations,
});
const api = new HttpIngress("api", {
  routes: {
    "POST /payments": {
      consumer: taking,
      messageGroupId: "$.accountId",
      messageDeduplicationId: "$.paymentId",
    },
  },
  ...operations,
});

// The table is the outbox: what it holds is published, also if the function dies after it has written.
const events = new Topic<PaymentEvent>("payment-events", operations);
const publishing = new TableConsumer("payment-changes", {
  callback: publishPayment,
  bindings: { events: publishTo(events) },
  table: payments,
  filters: [{ eventName: ["INSERT"] }],
  ...operations,
});
// Sums do not depend on the order of their parts, so a standard topic and a standard queue are enough from here on.
const ledger = new Table("ledger", { hashKey: "accountId", rangeKey: "paymentId", ...operations });
const balances = new Table("balances", { hashKey: "accountId", ...operations });
const balancing = new QueueConsumer("balances", {
  callback: updateBalance,
  bindings: { ledger: writeTable(ledger, ["PutItem"]), balances: writeTable(balances, ["UpdateItem"]) },
  ...operations,
});
events.subscribe(balancing, { types: ["payment.captured"] });

const discrepancies = new Table("discrepancies", { hashKey: "paymentId", ...operations });
const reconciling = new QueueConsumer("reconciliation", {
  callback: reconcile,
  bindings: {
    providerUrl,
    providerKey,
    payments: readTable(payments, ["Query"]),
    discrepancies: writeTable(discrepancies, ["PutItem"]),
  },
  timeout: 300,
  ...operations,
});
const nightly = new Schedule("nightly", {
  expression: "cron(0 3 * * ? *)",
  target: reconciling,
  event: {},
  ...operations,
});

export const apiUrl = api.url;
export const paymentsTable = payments.name;
export const balancesTable = balances.name;
export const discrepanciesTable = discrepancies.name;
export const providerKeyParameter = parameter.name;
export const deadLetters = {
  payments: taking.deadLetters,
  "payment-changes": publishing.deadLetters,
  "payment-events": events.deadLetters,
  balances: balancing.deadLetters,
  reconciliation: reconciling.deadLetters,
  nightly: nightly.deadLetters,
};

export type Consumers = {
  payments: typeof taking;
  "payment-changes": typeof publishing;
  balances: typeof balancing;
  reconciliation: typeof reconciling;
};
