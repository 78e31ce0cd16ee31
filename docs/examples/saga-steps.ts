// The three steps of a trip, and the two that undo what was done.
import { step } from "./saga-step";

export const bookSeat = step({
  done: "seat.booked",
  refused: "trip.cancelled", // nothing to undo yet
  change: ({ flight }) => [flight, -1],
});
export const bookRoom = step({
  done: "room.booked",
  refused: "room.refused",
  change: ({ hotel }) => [hotel, -1],
});
export const pay = step({
  done: "trip.booked",
  refused: "payment.refused",
  change: ({ customer, price }) => [customer, -price],
});

export const releaseRoom = step({ done: "room.released", change: ({ hotel }) => [hotel, 1] });
export const releaseSeat = step({ done: "trip.cancelled", change: ({ flight }) => [flight, 1] });
