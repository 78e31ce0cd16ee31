// Reads an event source mapping of the evaluated program. Refuses what Lambda refuses, in Lambda's words.
import type { GraphResource } from "@spillway/graph";
import { compileFilter, type FilterContent, filterLimits } from "spillway/syntax/filter-criteria";
import { InvalidPattern } from "spillway/syntax/invalid-pattern";
import { type Ask, type Principal, ServiceError } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { booleanIn, numberIn, structureIn, structuresIn, textIn, textsIn } from "../../service/values";
import type { FunctionDefinition } from "../function/definition";
import { inRange, invalid, validation } from "../function/errors";
import type { MappingDefinition } from "./mapping";
import { checkStreamMapping, streamOf, streamServices } from "./stream-mapping-of";

const owner: Principal = { kind: "user" };
const defaultBatchSizes = { queue: 10, stream: 100 };

/** These properties are read here and in stream-mapping-of.ts. Those in the last line have no effect on one machine. */
export const mappingProperties = {
  known: [
    ...["eventSourceArn", "functionName", "enabled", "batchSize", "maximumBatchingWindowInSeconds", "scalingConfig"],
    ...[
      "functionResponseTypes",
      "filterCriteria",
      "destinationConfig",
      "startingPosition",
      "startingPositionTimestamp",
    ],
    ...["parallelizationFactor", "bisectBatchOnFunctionError", "maximumRetryAttempts", "maximumRecordAgeInSeconds"],
    ...["tumblingWindowInSeconds", "provisionedPollerConfig"],
    ...["kmsKeyArn", "metricsConfig", "useResourceTimeoutForPropagation"],
  ],
};

export interface MappingOfSettings {
  /** Throws a ServiceError where there is no function of that name or ARN. */
  functionOf(identifier: string): FunctionDefinition;
  /** The mappings that exist already. */
  readonly mappings: Iterable<MappingDefinition>;
  readonly ask: Ask;
  readonly clock: Clock;
}

/** Rejects with a ServiceError for input that AWS refuses. */
export async function mappingOf(
  resource: GraphResource,
  { functionOf, mappings, ask, clock }: MappingOfSettings,
): Promise<MappingDefinition> {
  const { inputs, outputs } = resource;
  const eventSourceArn = textIn(inputs, "eventSourceArn");
  if (eventSourceArn === undefined) throw invalid("Unrecognized event source.");
  const service = eventSourceArn.split(":")[2] ?? "";
  const isStream = streamServices.has(service);
  const definition = functionOf(textIn(inputs, "functionName") ?? "");
  const filters = structuresIn(structureIn(inputs, "filterCriteria") ?? {}, "filters").flatMap(
    (filter) => textIn(filter, "pattern") ?? [],
  );
  const mapping: MappingDefinition = {
    uuid: textIn(outputs, "uuid") ?? resource.id ?? resource.urn,
    arn: textIn(outputs, "arn") ?? "",
    eventSourceArn,
    functionName: definition.functionName,
    functionArn: definition.arn,
    roleArn: definition.roleArn,
    enabled: booleanIn(inputs, "enabled") ?? true,
    batchSize: numberIn(inputs, "batchSize") ?? (isStream ? defaultBatchSizes.stream : defaultBatchSizes.queue),
    maximumBatchingWindowInSeconds: numberIn(inputs, "maximumBatchingWindowInSeconds") ?? 0,
    functionResponseTypes: textsIn(inputs, "functionResponseTypes"),
    maximumConcurrency: numberIn(structureIn(inputs, "scalingConfig") ?? {}, "maximumConcurrency"),
    filters,
    ...(isStream && { stream: streamOf(resource, eventSourceArn, clock.now()) }),
  };
  inRange("batchSize", mapping.batchSize, 1, 10_000);
  inRange("maximumBatchingWindowInSeconds", mapping.maximumBatchingWindowInSeconds, 0, 300);
  checkFilters(filters, isStream ? (service === "kinesis" ? "data" : null) : "body");
  const [second] = [...mappings].filter(
    ({ uuid, ...other }) =>
      uuid !== mapping.uuid && other.eventSourceArn === eventSourceArn && other.functionName === mapping.functionName,
  );
  if (service === "sqs") await checkQueueMapping(resource, mapping, definition, second, ask);
  if (isStream) await checkStreamMapping(mapping, second, ask);
  return mapping;
}

async function checkQueueMapping(
  { inputs }: GraphResource,
  mapping: MappingDefinition,
  definition: FunctionDefinition,
  second: MappingDefinition | undefined,
  ask: Ask,
): Promise<void> {
  const { batchSize, maximumBatchingWindowInSeconds: window, eventSourceArn, maximumConcurrency } = mapping;
  if (maximumConcurrency !== undefined) {
    inRange("scalingConfig.maximumConcurrency", maximumConcurrency, 2, 1000);
    if (inputs.provisionedPollerConfig !== undefined) {
      throw invalid(
        "Maximum concurrency and provisioned mode cannot be used together; give one of scalingConfig and provisionedPollerConfig.",
      );
    }
  }
  if (eventSourceArn.endsWith(".fifo")) {
    if (window > 0) throw invalid("Batching window is not supported for FIFO queues");
    if (batchSize > 10) throw validation(batchSize, "batchSize", "Member must have value less than or equal to 10");
  } else if (batchSize > 10 && window === 0) {
    throw invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  }
  for (const property of [
    "destinationConfig",
    "bisectBatchOnFunctionError",
    "maximumRetryAttempts",
    "maximumRecordAgeInSeconds",
    "parallelizationFactor",
    "startingPosition",
    "tumblingWindowInSeconds",
  ]) {
    if (inputs[property] !== undefined && inputs[property] !== null) {
      throw invalid(`Unsupported ${property} parameter for given event source mapping type.`);
    }
  }
  const visibility = await visibilityTimeoutOf(eventSourceArn, ask);
  if (visibility < definition.timeout) {
    throw invalid(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${definition.timeout} seconds`,
    );
  }
  if (second !== undefined) {
    const { functionName, uuid } = second;
    throw new ServiceError(
      "ResourceConflictException",
      `An event source mapping with SQS arn (" ${eventSourceArn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${uuid}`,
      409,
    );
  }
}

async function visibilityTimeoutOf(queueArn: string, ask: Ask): Promise<number> {
  const [, , , , account, name] = queueArn.split(":");
  try {
    const { QueueUrl } = await ask(owner, "sqs", "GetQueueUrl", { QueueName: name, QueueOwnerAWSAccountId: account });
    const answer = await ask(owner, "sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["VisibilityTimeout"] });
    return Number((answer.Attributes as Readonly<Record<string, string>>).VisibilityTimeout);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalid(
      `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist or you do not have access to it (${queueArn}).`,
    );
  }
}

function checkFilters(filters: readonly string[], content: FilterContent): void {
  const { patterns } = filterLimits;
  if (filters.length > patterns) throw invalid(`At most ${patterns} filters are allowed, ${filters.length} given.`);
  for (const filter of filters) {
    try {
      compileFilter([filter], content);
    } catch (error) {
      if (!(error instanceof InvalidPattern)) throw error;
      throw invalid(`Invalid filter pattern definition. ${error.message}, in ${filter}`);
    }
  }
}
