// Creates the program's functions, their event source mappings, permissions and asynchronous settings on Lambda of the local run.
import type { GraphResource } from "@spillway/graph";
import type { Clock } from "../clock";
import type { Provisioner, Provisioners } from "../service/provision";
import { type Ask, ServiceError } from "../service/ask";
import { creating, numberIn, structureIn, textIn, type Values } from "../service/values";
import { asynchronousDefaults } from "./asynchronous";
import { inRange } from "./errors";
import { firstIn, functionOf } from "./function-of";
import { mappingOf } from "./mapping-of";
import type { Lambda } from "./service";

export interface LambdaProvisionSettings {
  readonly lambda: Lambda;
  readonly ask: Ask;
  readonly clock: Clock;
  /** What the archives' paths are relative to. */
  readonly projectRoot: string;
}

export function lambdaProvisioners({ lambda, ask, clock, projectRoot }: LambdaProvisionSettings): Provisioners {
  const { registry } = lambda;
  const provisioner =
    (create: (resource: GraphResource) => void | Promise<void>): Provisioner =>
    (resource) =>
      creating(resource, async () => create(resource));

  return {
    "aws:lambda/function:Function": provisioner((resource) => lambda.putFunction(functionOf(resource, projectRoot))),

    "aws:lambda/eventSourceMapping:EventSourceMapping": provisioner(async (resource) =>
      lambda.putMapping(await mappingOf(resource, { registry, ask, clock })),
    ),

    "aws:lambda/permission:Permission": provisioner(({ name, inputs, outputs }) => {
      for (const property of notJudged) {
        if (textIn(inputs, property)) {
          throw new Error(
            `the local run cannot judge ${property}; admit the caller by principal, sourceArn or sourceAccount.`,
          );
        }
      }
      const { definition } = registry.find(textIn(inputs, "function") ?? "", textIn(inputs, "qualifier"));
      const sid = textIn(inputs, "statementId") ?? textIn(outputs, "statementId") ?? name;
      registry.addStatement(definition.functionName, sid, statementOf(inputs, definition.arn));
    }),

    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": provisioner(({ inputs }) => {
      const { definition } = registry.find(textIn(inputs, "functionName") ?? "", textIn(inputs, "qualifier"));
      const { maximumRetryAttempts, maximumEventAgeInSeconds } = asynchronousDefaults;
      const retries = numberIn(inputs, "maximumRetryAttempts") ?? maximumRetryAttempts;
      const age = numberIn(inputs, "maximumEventAgeInSeconds") ?? maximumEventAgeInSeconds;
      inRange("maximumRetryAttempts", retries, 0, 2);
      inRange("maximumEventAgeInSeconds", age, 60, 21_600);
      lambda.putAsynchronousConfig(definition.functionName, {
        maximumRetryAttempts: retries,
        maximumEventAgeInSeconds: age,
        ...destination(inputs, "onSuccess"),
        ...destination(inputs, "onFailure"),
      });
    }),
  };
}

/** Conditions of a permission for callers that the run does not have. */
const notJudged = ["eventSourceToken", "functionUrlAuthType", "principalOrgId"];

/** As `AddPermission` makes it. */
function statementOf(inputs: Values, functionArn: string) {
  const principal = textIn(inputs, "principal") ?? "*";
  const sourceArn = textIn(inputs, "sourceArn");
  const sourceAccount = textIn(inputs, "sourceAccount");
  const conditions = {
    ...(sourceArn !== undefined && { ArnLike: { "AWS:SourceArn": sourceArn } }),
    ...(sourceAccount !== undefined && { StringEquals: { "AWS:SourceAccount": sourceAccount } }),
  };
  return {
    Effect: "Allow",
    Principal: principal === "*" ? "*" : principal.includes(".") ? { Service: principal } : { AWS: principal },
    Action: textIn(inputs, "action") ?? "lambda:InvokeFunction",
    Resource: functionArn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

function destination(inputs: Values, name: "onSuccess" | "onFailure"): { onSuccess?: string; onFailure?: string } {
  const arn = textIn(firstIn(structureIn(inputs, "destinationConfig") ?? {}, name) ?? {}, "destination");
  if (arn === undefined) return {};
  const service = arn.split(":")[2] ?? "";
  // Buckets take failures only.
  if (!["sqs", "sns", "lambda", ...(name === "onFailure" ? ["s3"] : [])].includes(service)) {
    throw new Error(
      `${name} is ${arn}; the local run delivers to queues, topics and functions, and failures to buckets, only.`,
    );
  }
  if (arn.endsWith(".fifo")) {
    const message = `The provided destination ${arn} is invalid: FIFO queues and topics are not supported.`;
    throw new ServiceError("InvalidParameterValueException", message);
  }
  return { [name]: arn };
}
