// Creates the program's functions, their event source mappings, permissions and asynchronous settings on Lambda of the
// local run.

import { type Ask, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { numberIn, partIn, tagsOf, textIn, type Values } from "../service/values";
import { asynchronousDefaults } from "./asynchronous";
import { inRange } from "./function/errors";
import { functionOf, functionProperties } from "./function/function-of";
import { mappingOf, mappingProperties } from "./mapping/mapping-of";
import type { Lambda } from "./service";

export interface LambdaProvisionSettings {
  readonly lambda: Lambda;
  readonly ask: Ask;
  readonly clock: Clock;
  /** The folder that the paths of archives are relative to. */
  readonly projectRoot: string;
}

export function lambdaProvisioners({ lambda, ask, clock, projectRoot }: LambdaProvisionSettings): Provisioners {
  const { registry } = lambda;
  return {
    "aws:lambda/function:Function": provisioner(functionProperties, (resource) => {
      const definition = functionOf(resource, projectRoot);
      lambda.putFunction(definition);
      registry.putTags(definition.arn, tagsOf(resource));
    }),

    "aws:lambda/eventSourceMapping:EventSourceMapping": provisioner(mappingProperties, async (resource) => {
      const definition = await mappingOf(resource, {
        functionOf: (identifier) => registry.find(identifier).definition,
        mappings: [...registry.mappings.values()].map(({ mapping }) => mapping.definition),
        ask,
        clock,
      });
      await lambda.putMapping(definition);
      registry.putTags(definition.arn, tagsOf(resource));
    }),

    "aws:lambda/permission:Permission": provisioner(permissionProperties, ({ name, inputs, outputs }) => {
      const { definition } = registry.find(textIn(inputs, "function") ?? "", textIn(inputs, "qualifier"));
      const sid = textIn(inputs, "statementId") ?? textIn(outputs, "statementId") ?? name;
      registry.addStatement(definition.functionName, sid, statementOf(inputs, definition.arn));
    }),

    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": provisioner(
      { known: ofAsynchronous },
      ({ inputs }) => {
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
      },
    ),
  };
}

/** Conditions of a permission for callers that the run does not have. */
const notJudged = ["eventSourceToken", "functionUrlAuthType", "invokedViaFunctionUrl", "principalOrgId"];

const permissionProperties = {
  known: [
    ...["function", "qualifier", "action", "principal", "sourceArn", "sourceAccount"],
    ...["statementId", "statementIdPrefix"],
  ],
  refused: Object.fromEntries(
    notJudged.map((property) => [
      property,
      `the local run cannot judge ${property}; admit the caller by principal, sourceArn or sourceAccount.`,
    ]),
  ),
};

const ofAsynchronous = [
  ...["functionName", "qualifier", "maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig"],
];

/** The statement that `AddPermission` creates. */
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
  const arn = textIn(partIn(partIn(inputs, "destinationConfig"), name), "destination");
  if (arn === undefined) return {};
  const service = arn.split(":")[2] ?? "";
  // Buckets accept only failures.
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
