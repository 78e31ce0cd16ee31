// The event source mapping of a consumer in the local run, to hold back its messages.
import {
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import type { LocalRun } from "@spillway/local";
import { logicalNames } from "@spillway/local/printer";

/** Undefined for a consumer without a mapping. */
export async function mappingOf({ graph }: LocalRun, lambda: LambdaClient, consumer: string) {
  const [functionName] = [...logicalNames(graph)].find(([, logical]) => logical === consumer) ?? [];
  const { EventSourceMappings: [{ UUID } = {}] = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  if (UUID === undefined) return undefined;
  return {
    enable: async (Enabled: boolean) =>
      void (await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))),
  };
}
