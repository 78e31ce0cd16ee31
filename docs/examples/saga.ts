// A saga of three steps: each failure leads back through what was done before.
import { publishTo, QueueConsumer, Table, Topic, writeTable } from "spillway";
import type { TripEvent } from "./saga-step";
import { bookRoom, bookSeat, pay, releaseRoom, releaseSeat } from "./saga-steps";

const trips = new Table("trips", { hashKey: "tripId" });
const stock = new Table("trip-stock", { hashKey: "of" }); // seats of flights, rooms of hotels, credit of customers
const events = new Topic<TripEvent>("trip-events");
const bindings = {
  trips: writeTable(trips, ["UpdateItem"]),
  stock: writeTable(stock, ["UpdateItem"]),
  events: publishTo(events),
};

const seats = new QueueConsumer("book-seat", { callback: bookSeat, bindings });
const rooms = new QueueConsumer("book-room", { callback: bookRoom, bindings });
const payments = new QueueConsumer("pay", { callback: pay, bindings });
const roomReleases = new QueueConsumer("release-room", { callback: releaseRoom, bindings });
const seatReleases = new QueueConsumer("release-seat", { callback: releaseSeat, bindings });

events.subscribe(rooms, { types: ["seat.booked"] });
events.subscribe(payments, { types: ["room.booked"] });
events.subscribe(roomReleases, { types: ["payment.refused"] });
events.subscribe(seatReleases, { types: ["room.refused", "room.released"] });

export const tripRequestsUrl = seats.queueUrl;
export const tripEventsArn = events.topicArn;
export const tripsTable = trips.name;
export const stockTable = stock.name;
export type Consumers = { "book-seat": typeof seats; "trip-events": typeof events };
