// The objects of a bucket that Lambda put there for batches that a mapping gave up, with their payload.
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from "@aws-sdk/client-s3";
import type { Clients } from "../stack/clients";

export interface Payloads {
  /** The keys of up to so many objects, the oldest first within a shard. */
  list(most: number): Promise<readonly string[]>;
  /** The description with its payload, if it is one. Rejects with an Error for the user. */
  read(key: string): Promise<Readonly<Record<string, unknown>> | null>;
  delete(key: string): Promise<void>;
}

/** `uuid`: of the mapping, below which its objects lie. */
export function payloadsIn({ s3 }: Pick<Clients, "s3">, bucket: string, uuid: string): Payloads {
  return {
    async list(most) {
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const answer: ListObjectsV2CommandOutput = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: `aws/lambda/${uuid}/`, ContinuationToken }),
        );
        keys.push(...(answer.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
        ContinuationToken = answer.NextContinuationToken;
      } while (ContinuationToken !== undefined && keys.length < most);
      return keys.slice(0, most);
    },
    async read(key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await Body?.transformToString()) ?? "";
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(`s3://${bucket}/${key} is not JSON, so Lambda has not written it.`);
      }
    },
    async delete(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}
