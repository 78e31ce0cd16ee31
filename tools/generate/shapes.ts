// The shapes of the Query and REST protocols of AWS's services, from the services' SDK clients.
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { NormalizedSchema } from "@smithy/core/schema";
import type { Generator } from "@spillway/cli/generator";

interface Client {
  readonly exports: object;
  /**
   * Whether bodies are JSON. The services read and answer JSON as it is, so that the table holds only what is not in
   * the body.
   */
  readonly json?: boolean;
  /** The operations that the local run has. Default: all. Of others only the path is needed, to refuse them by name. */
  readonly served?: readonly string[];
}

/** The clients by the services' names in the local run. */
const clients: Readonly<Record<string, Client>> = {
  lambda: { exports: lambda, json: true },
  s3: {
    exports: s3,
    served: [
      ...["CreateBucket", "DeleteBucket", "HeadBucket", "GetBucketLocation", "ListBuckets", "ListObjects"],
      ...["ListObjectsV2", "PutObject", "GetObject", "HeadObject", "CopyObject", "DeleteObject", "DeleteObjects"],
      ...["GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "CreateMultipartUpload", "UploadPart"],
      ...["UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload", "ListParts", "ListMultipartUploads"],
    ],
  },
  scheduler: { exports: scheduler, json: true },
  sns: { exports: sns },
  sqs: { exports: sqs },
  sts: { exports: sts, served: ["AssumeRole", "GetCallerIdentity"] },
};

type Members = Record<string, unknown>;

/** The numbers that `@smithy/core` gives to kinds of schemas. */
const kinds = { operation: 9, error: -3 };

export const shapes: Generator = {
  name: "shapes",
  files: ["packages/local/protocol/shapes-table.json"],
  make: async () =>
    inLines(Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, serviceOf(name, client)]))),
};

function serviceOf(service: string, { exports, json = false, served }: Client) {
  const schemas = Object.values(exports).filter((each): each is readonly unknown[] => Array.isArray(each));
  const structures: Record<string, Members> = {};

  const structureOf = (schema: NormalizedSchema): string => {
    const name = schema.getName() ?? "";
    if (structures[name] === undefined) {
      const members: Members = {};
      structures[name] = members;
      for (const [member, each] of schema.structIterator()) {
        const place = placeOf(each.getMergedTraits());
        const isRead = place === undefined ? !json : place.in !== "path";
        if (isRead) members[member] = memberOf(member, each, place);
      }
    }
    return name;
  };

  const typeOf = (schema: NormalizedSchema): string => {
    if (schema.isStructSchema()) return structureOf(schema);
    if (schema.isListSchema() || schema.isMapSchema()) {
      throw new Error(`${service}: ${schema.getName()} lies in another list or map, which the table has no form for.`);
    }
    if (schema.isBlobSchema()) return "bytes";
    if (schema.isNumericSchema()) return "number";
    return schema.isBooleanSchema() ? "boolean" : "text";
  };

  /** Returns only the type if there is nothing else to say about the member. */
  const memberOf = (member: string, schema: NormalizedSchema, place: Place | undefined): unknown => {
    const { xmlName, xmlFlattened } = schema.getMergedTraits();
    // A payload is named by its own structure in its document.
    const wire =
      place?.name ?? xmlName ?? (place?.in === "body" && schema.isStructSchema() ? schema.getName() : member);
    const { type, ...others } = {
      ...valuesOf(schema),
      ...(xmlFlattened && { flat: true }),
      ...(place !== undefined && { in: place.in }),
      ...(wire !== member && { name: wire }),
    };
    return Object.keys(others).length === 0 ? type : { type, ...others };
  };

  const valuesOf = (schema: NormalizedSchema) => {
    if (!schema.isListSchema() && !schema.isMapSchema()) return { type: typeOf(schema) };
    const values = schema.getValueSchema();
    const nameOf = (each: NormalizedSchema, otherwise: string) => each.getMergedTraits().xmlName ?? otherwise;
    return schema.isListSchema()
      ? { type: typeOf(values), element: nameOf(values, "member") }
      : { type: typeOf(values), key: nameOf(schema.getKeySchema(), "key"), value: nameOf(values, "value") };
  };

  const operationOf = (name: string, [, , , traits, given, answered]: readonly unknown[]) => {
    const [input, output] = [given, answered].map((each) => NormalizedSchema.of(each as NormalizedSchema));
    if (input === undefined || output === undefined) throw new Error(`${service}: ${name} has no schemas.`);
    const http = (traits as { readonly http?: readonly [string, string, number] }).http;
    const rest = http === undefined ? {} : restOf(http, input);
    if (served?.includes(name) === false) return rest;
    const root = output.isUnitSchema() || json || http === undefined ? undefined : output.getMergedTraits().xmlName;
    return {
      ...rest,
      ...(!input.isUnitSchema() && { input: structureOf(input) }),
      ...(!output.isUnitSchema() && { output: structureOf(output) }),
      ...(root !== undefined && { root }),
    };
  };

  const named = (kind: number) => schemas.filter((each) => each[0] === kind);
  const operations = Object.fromEntries(
    named(kinds.operation).map((each) => [String(each[2]), operationOf(String(each[2]), each)]),
  );
  const codes = named(kinds.error).flatMap((each) => {
    const [code] = (each[3] as { readonly awsQueryError?: readonly unknown[] }).awsQueryError ?? [];
    return code === undefined || code === each[2] ? [] : [[String(each[2]), String(code)] as const];
  });
  const isSaid = ([, members]: readonly [string, Members]) => Object.keys(members).length > 0;
  return {
    operations,
    structures: Object.fromEntries(Object.entries(structures).filter(isSaid)),
    ...(codes.length > 0 && { codes: Object.fromEntries(codes) }),
  };
}

type Traits = ReturnType<NormalizedSchema["getMergedTraits"]>;

interface Place {
  readonly in: string;
  readonly name?: string;
}

/** Where in a request or an answer the member is. Undefined means in the body, with others. */
function placeOf(traits: Traits): Place | undefined {
  if (traits.httpLabel) return { in: "path" };
  if (traits.httpQuery !== undefined) return { in: "query", name: traits.httpQuery };
  if (traits.httpHeader !== undefined) return { in: "header", name: traits.httpHeader.toLowerCase() };
  if (traits.httpPrefixHeaders !== undefined) return { in: "headers", name: traits.httpPrefixHeaders };
  if (traits.httpPayload) return { in: "body" };
  return traits.httpResponseCode ? { in: "status" } : undefined;
}

/**
 * The labels of the path have the names of the members, and the path ends with the parameters that the query must have.
 * In the
 * client's shapes a bucket is a part of the host; in a request to one address it is a part of the path.
 */
function restOf([method, path, status]: readonly [string, string, number], input: NormalizedSchema) {
  const members = input.isUnitSchema() ? [] : [...input.structIterator()];
  const isOfBucket = members.some(([name, each]) => name === "Bucket" && each.getMergedTraits().httpLabel);
  const required = members.slice(0, requiredOf(input)).flatMap(([, each]) => placeOf(each.getMergedTraits()) ?? []);
  const namesIn = (place: string) => required.filter((each) => each.in === place).flatMap(({ name }) => name ?? []);
  const [labels = "", query = ""] = path.split("?");
  const wanted = [...query.split("&").filter((each) => each !== "" && !each.startsWith("x-id=")), ...namesIn("query")];
  const headers = namesIn("header");
  const whole = isOfBucket ? `/{Bucket}${labels}`.replace(/\/$/, "") : labels;
  return {
    method,
    path: wanted.length === 0 ? whole : `${whole}?${wanted.join("&")}`,
    status,
    ...(headers.length > 0 && { headers }),
  };
}

/** A structure's schema ends with how many of its members are required; those come first. */
function requiredOf(input: NormalizedSchema): number {
  const schema: unknown = input.getSchema();
  const last = Array.isArray(schema) ? schema[6] : undefined;
  return typeof last === "number" ? last : 0;
}

/** JSON with a line for each operation and each structure, so that a change is seen where it is. */
function inLines(value: object, depth = 0): string {
  const indent = "  ".repeat(depth + 1);
  const textOf = (each: unknown) =>
    depth < 2 && typeof each === "object" && each !== null ? inLines(each, depth + 1) : JSON.stringify(each);
  const lines = Object.entries(value).map(([name, each]) => `${indent}${JSON.stringify(name)}: ${textOf(each)}`);
  return `{\n${lines.join(",\n")}\n${"  ".repeat(depth)}}`;
}
