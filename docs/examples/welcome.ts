// Members who register once and get one mail, however often their registration comes.
import * as pulumi from "@pulumi/pulumi";
import { plain, QueueConsumer, sendTo, Table, writeTable } from "spillway";
import { register, welcome } from "./registrations";

const mail = new pulumi.Config().get("mailUrl") ?? "https://mail.example.com/messages";
const members = new Table("members", { hashKey: "memberId" });
const welcomed = new Table("welcomed", { hashKey: "id", timeToLive: "expiration" });

const welcomes = new QueueConsumer("welcomes", {
  callback: welcome,
  bindings: { mail: plain(mail) },
  idempotency: { table: welcomed, key: "memberId" },
});
const registrations = new QueueConsumer("registrations", {
  callback: register,
  bindings: { members: writeTable(members, ["PutItem"]), welcomes: sendTo(welcomes) },
});

export const registrationsUrl = registrations.queueUrl;
export const registrationDeadLettersUrl = registrations.deadLetterQueueUrl;
export const membersTable = members.name;
