// The event source mapping of a stream's consumer: what it hands to the function, and where it puts what it gives up.
import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import type { Clients } from "../stack/clients";
import type { Consumer } from "../stack/stack";

export interface StreamMapping {
  readonly uuid: string;
  /** Of the stream, or of its consumer with enhanced fan-out. */
  readonly eventSourceArn: string;
  readonly batchSize: number;
  /** Patterns; without any, every record is passed on. */
  readonly filters: readonly string[];
  readonly parallelizationFactor: number;
  /** Seconds; 0: none. */
  readonly tumblingWindow: number;
  /** Name of the bucket that gets what is given up. */
  readonly bucket?: string;
}

/** Rejects with an Error for the user where there is no mapping. */
export async function mappingOf(
  { lambda }: Pick<Clients, "lambda">,
  { name, functionName, sourceArn }: Consumer,
): Promise<StreamMapping> {
  let Marker: string | undefined;
  do {
    const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName, Marker }));
    for (const mapping of answer.EventSourceMappings ?? []) {
      const { EventSourceArn = "" } = mapping;
      if (EventSourceArn === sourceArn || EventSourceArn.startsWith(`${sourceArn}/consumer/`))
        return described(mapping);
    }
    Marker = answer.NextMarker;
  } while (Marker !== undefined);
  throw new Error(
    `"${name}": the function ${functionName} has no event source mapping of ${sourceArn}; deploy the consumer first.`,
  );
}

function described(mapping: EventSourceMappingConfiguration): StreamMapping {
  const destination = mapping.DestinationConfig?.OnFailure?.Destination ?? "";
  const [, , service, , , bucket] = destination.split(":");
  return {
    uuid: mapping.UUID ?? "",
    eventSourceArn: mapping.EventSourceArn ?? "",
    batchSize: mapping.BatchSize ?? 100,
    filters: (mapping.FilterCriteria?.Filters ?? []).flatMap(({ Pattern }) => (Pattern === undefined ? [] : [Pattern])),
    parallelizationFactor: mapping.ParallelizationFactor ?? 1,
    tumblingWindow: mapping.TumblingWindowInSeconds ?? 0,
    ...(service === "s3" && bucket !== undefined && { bucket }),
  };
}
