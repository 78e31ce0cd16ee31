// A permission that a request needs, and what it takes to find it out.

export interface Requirement {
  /** As `dynamodb:PutItem`. */
  readonly permission: string;
  readonly resource: string;
}

export interface RequirementSettings {
  arnOf(service: string, resource: string): string;
  bucketArn(name: string): string;
  /** ARNs of the queues whose dead-letter queue it is. */
  sourceQueuesOf(queueArn: string): readonly string[];
  /** ARN of the secret that a request names. */
  secretArnOf?(nameOrArn: string): string | undefined;
}
