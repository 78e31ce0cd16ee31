// A callback for the changes of a table's items.
import { callback, tableChange } from "spillway/callback";
import { Order } from "../../functions/contracts/order";

export const followOrder = callback(tableChange(Order), () => (change, { logger }) => {
  if (change.eventName === "INSERT") logger.info("new order", { customer: change.newImage.customerId }); // an Order
  if (change.expired) logger.info("order removed at the end of its time to live", { ...change.keys });
});
