// A permission that a request needs, and what is needed to determine it.

export interface Requirement {
  /** As `dynamodb:PutItem`. */
  readonly permission: string;
  readonly resource: string;
}

export interface RequirementSettings {
  arnOf(service: string, resource: string): string;
  bucketArn(name: string): string;
  /** The ARNs of the queues whose dead letters go to the queue. */
  sourceQueuesOf(queueArn: string): readonly string[];
  /** The ARN of the secret that a request names. */
  secretArnOf?(nameOrArn: string): string | undefined;
}
