// Event buses, rules and targets as EventBridge's API describes them.
import type { Message } from "../service/ask";
import type { Bus } from "./buses";
import type { RuleDefinition, TargetDefinition } from "./definition";

export function describeBus({ definition, createdAt, policy }: Bus): Message {
  const { name, arn, description } = definition;
  return {
    Name: name,
    Arn: arn,
    CreationTime: createdAt / 1000,
    LastModifiedTime: createdAt / 1000,
    ...given({ Description: description, Policy: policy }),
  };
}

export function describeRule(definition: RuleDefinition): Message {
  const { name, arn, busName, state, description, eventPattern, schedule } = definition;
  return {
    Name: name,
    Arn: arn,
    EventBusName: busName,
    State: state,
    ...given({
      Description: description,
      EventPattern: eventPattern?.text,
      ScheduleExpression: schedule?.text,
    }),
  };
}

export function describeTarget({ id, target, roleArn, input, retryPolicy, deadLetterArn }: TargetDefinition): Message {
  const { maximumRetryAttempts, maximumEventAgeInSeconds } = retryPolicy;
  return {
    Id: id,
    Arn: target.arn,
    RetryPolicy: { MaximumRetryAttempts: maximumRetryAttempts, MaximumEventAgeInSeconds: maximumEventAgeInSeconds },
    ...given({
      RoleArn: roleArn,
      Input: input.kind === "constant" ? input.text : undefined,
      InputPath: input.kind === "path" ? input.path : undefined,
      InputTransformer:
        input.kind === "template" ? { InputPathsMap: input.paths, InputTemplate: input.template } : undefined,
      SqsParameters: target.messageGroupId === undefined ? undefined : { MessageGroupId: target.messageGroupId },
      DeadLetterConfig: deadLetterArn === undefined ? undefined : { Arn: deadLetterArn },
    }),
  };
}

const given = (members: Message): Message =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
