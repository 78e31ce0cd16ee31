// Takes a payment: charges the account at the provider and writes down what the provider has decided.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import type { Payment } from "./contracts/payment";
import { PaymentRequest } from "./contracts/payment-request";
import { Provider, type ProviderBindings } from "./provider";

interface Bindings extends ProviderBindings {
  readonly payments: WritableTable<"PutItem">;
}

export const takePayment = callback(PaymentRequest, ({ payments, ...bindings }: Bindings) => {
  const provider = new Provider(bindings);
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (request, { signal, logger, correlationId }) => {
    const { status, decidedAt } = await provider.charge(request, signal);
    // A declined payment is not a failure: nobody has to fix it, and the customer is told by the event.
    const payment: Payment = { ...request, status, day: decidedAt.slice(0, "2026-01-31".length), correlationId };
    // If this fails, the next attempt gets the same answer from the provider and writes the same item.
    await table.send(new PutCommand({ TableName: payments, Item: payment }), { abortSignal: signal });
    logger.info("payment decided", { paymentId: request.paymentId, status });
  };
});
