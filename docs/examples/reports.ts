// Sends and reads reports by reference: the object first, then the message that names it.
import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type SendTarget, send, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Reference = v.object({ reportId: v.string(), key: v.string(), bytes: v.number(), sha256: v.string() });
type Reference = v.InferOutput<typeof Reference>;
const sha256Of = (body: string) => createHash("sha256").update(body).digest("hex");

interface MakerBindings {
  readonly payloads: string;
  readonly reports: SendTarget<Reference>;
}

export const makeReport = callback(v.object({ reportId: v.string(), lines: v.number() }), (bindings: MakerBindings) => {
  const { payloads, reports } = bindings;
  const s3 = new S3Client({});
  return async ({ reportId, lines }, { signal, correlationId }) => {
    const body = Array.from({ length: lines }, (_, line) => JSON.stringify({ line, text: "x".repeat(100) })).join("\n");
    const sha256 = sha256Of(body);
    // The content names the object, so that a second attempt writes the same one.
    const key = `reports/${reportId}/${sha256}`;
    await s3.send(new PutObjectCommand({ Bucket: payloads, Key: key, Body: body }), { abortSignal: signal });
    await send(reports, { reportId, key, bytes: Buffer.byteLength(body), sha256 }, { correlationId });
  };
});

/** The object of the reference is gone: it has expired, or was deleted. No retry brings it back. */
export class PayloadMissing extends PermanentError {}
/** The object is not the one that was sent. */
export class PayloadChanged extends PermanentError {}

interface ReaderBindings {
  readonly payloads: string;
  readonly totals: WritableTable<"PutItem">;
}

export const readReport = callback(Reference, ({ payloads, totals }: ReaderBindings) => {
  const s3 = new S3Client({});
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ reportId, key, bytes, sha256 }, { signal }) => {
    const object = new GetObjectCommand({ Bucket: payloads, Key: key });
    const { Body } = await s3.send(object, { abortSignal: signal }).catch((error: unknown) => {
      if (error instanceof NoSuchKey) throw new PayloadMissing(`There is no ${key}.`, { cause: error });
      throw error;
    });
    const body = (await Body?.transformToString()) ?? "";
    if (sha256Of(body) !== sha256) throw new PayloadChanged(`${key} has another content than its reference.`);
    const lines = body.split("\n").length;
    await table.send(new PutCommand({ TableName: totals, Item: { reportId, bytes, lines } }), { abortSignal: signal });
  };
});
