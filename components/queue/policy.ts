// The one policy of a queue: TLS only, and the senders that later calls admit.
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import { Late } from "../base/late";

/** A statement of a resource policy, in IAM's own form. */
export interface PolicyStatement {
  /** What the statement is called in its policy. */
  readonly Sid: string;
  /** Whether it allows or denies. */
  readonly Effect: "Allow" | "Deny";
  /** Whom it is about. */
  readonly Principal: "*" | { readonly Service: string };
  /** What it allows or denies. */
  readonly Action: string | readonly string[];
  /** On which resource. */
  readonly Resource: pulumi.Input<string>;
  /**
   * When it counts.
   * @default always
   */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;
}

/** Whoever owns a queue's policy lets others admit senders; the policy that they get must be there before they send. */
export interface QueuePolicyOwner {
  /**
   * Adds a statement to the queue's policy, and answers the policy.
   * @param statement - Who may send, and when. Its resource is the queue.
   */
  readonly admit: (statement: Omit<PolicyStatement, "Resource">) => sqs.QueuePolicy;
}

/**
 * The queue's policy. A queue has one, and every `QueuePolicy` replaces the whole of it: so it is the queue's owner
 * that makes it, and subscribers add their statements.
 */
export class OwnQueuePolicy implements QueuePolicyOwner {
  readonly policy: sqs.QueuePolicy;
  private readonly statements: Late<PolicyStatement>;

  constructor(
    name: string,
    private readonly queue: { readonly url: pulumi.Input<string>; readonly arn: pulumi.Input<string> },
    owner: pulumi.Resource,
  ) {
    this.statements = new Late<PolicyStatement>(`A statement of the policy of queue "${name}"`, owner);
    this.statements.add({
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Resource: queue.arn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    this.policy = new sqs.QueuePolicy(
      name,
      {
        queueUrl: queue.url,
        policy: this.statements.resolve((all) =>
          pulumi.jsonStringify({ Version: "2012-10-17", Statement: distinct(all) }),
        ),
      },
      { parent: owner },
    );
  }

  /** Throws a ResourceError after the program's synchronous part. */
  readonly admit = (statement: Omit<PolicyStatement, "Resource">): sqs.QueuePolicy => {
    this.statements.add({ ...statement, Resource: this.queue.arn });
    return this.policy;
  };
}

/** AWS refuses a policy that has a Sid twice, and names that differ in their hyphens only make the same one. */
function distinct(statements: readonly PolicyStatement[]): PolicyStatement[] {
  const taken = new Set<string>();
  return statements.map((statement) => {
    let sid = statement.Sid;
    for (let count = 2; taken.has(sid); count++) sid = `${statement.Sid}${count}`;
    taken.add(sid);
    return { ...statement, Sid: sid };
  });
}
