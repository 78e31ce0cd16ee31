// Point-in-time recovery is stored and answered as on AWS, so that programs see what they have set. Nothing is backed
// up.
import { type Message, ServiceError } from "../service/ask";
import type { TableRecord } from "./records";

type Recovery = TableRecord["pointInTimeRecovery"];

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html */
const maximumDays = 35;

export function pointInTimeRecoveryOf(input: Message, current: Recovery): Recovery {
  const specification = input.PointInTimeRecoverySpecification as Message | undefined;
  const enabled = specification?.PointInTimeRecoveryEnabled;
  const days = specification?.RecoveryPeriodInDays ?? current?.days ?? maximumDays;
  if (typeof enabled !== "boolean") {
    throw validation("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled must be true or false.");
  }
  if (typeof days !== "number" || !Number.isInteger(days) || days < 1 || days > maximumDays) {
    throw validation(`RecoveryPeriodInDays must be between 1 and ${maximumDays}, ${days} given.`);
  }
  const since = current?.enabled === true ? current.since : Math.floor(Date.now() / 1000);
  return { enabled, days, since };
}

export function backupsAnswer(recovery: Recovery): Message {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: recovery?.enabled
        ? {
            PointInTimeRecoveryStatus: "ENABLED",
            RecoveryPeriodInDays: recovery.days,
            EarliestRestorableDateTime: recovery.since,
            LatestRestorableDateTime: Math.floor(Date.now() / 1000),
          }
        : { PointInTimeRecoveryStatus: "DISABLED" },
    },
  };
}

const validation = (message: string) => new ServiceError("com.amazon.coral.validate#ValidationException", message);
