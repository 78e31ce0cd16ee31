// IAM of the local run: decides who may do what, by the policies of the roles in the program and by the present
// policies of its resources.
import type { Graph, GraphResource } from "@spillway/graph";
import type { Message, Principal } from "../service/ask";
import { described } from "../service/values";
import { contextOf, roleOf, rootArn, sessionArn, sessionName } from "./context";
import { refusalOf } from "./decision";
import { type Role, Roles } from "./roles";
import { compilePolicy, type Statement } from "./statement";

export interface IamSettings {
  readonly accountId: string;
  readonly region: string;
  /** The present policy of a resource, as JSON; undefined where it has none. */
  policyOf?(resourceArn: string): string | undefined;
}

export class Iam {
  readonly #roles: Roles;
  /** The policy of each resource as it was read last. */
  readonly #policies = new Map<string, { readonly text: string; readonly statements: readonly Statement[] }>();

  /** Throws an Error that names each policy that the run cannot judge. */
  constructor(
    { resources }: Graph,
    readonly settings: IamSettings,
  ) {
    this.#roles = new Roles(resources);
    const problems = [
      ...this.#roles.used().flatMap((arn) => problemOf(() => this.#roles.find(arn))),
      ...resources.flatMap((resource) => problemOf(() => checkPolicy(resource))),
    ];
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }

  /** The role with the ARN; undefined for a role outside the program. */
  role(arn: string): Role | undefined {
    return this.#roles.find(arn);
  }

  /** Why the principal may not do it; undefined where it may. `input` is the input of the request. */
  refusal(principal: Principal, permission: string, resource: string, input: Message = {}): string | undefined {
    const roleArn = roleOf(principal);
    const role = roleArn === undefined ? undefined : this.role(roleArn);
    const policies = {
      identity: role?.identity ?? [],
      boundary: role?.boundary,
      resource: this.#resourcePolicy(resource),
    };
    const context = contextOf(principal, input, { ...this.settings, roleId: (arn) => this.role(arn)?.id });
    const reason = refusalOf(policies, { principal, permission, resource, context });
    return (
      reason &&
      `User: ${this.#nameOf(principal)} is not authorized to perform: ${permission} on resource: ${resource} ${reason}`
    );
  }

  /**
   * Why the principal may not assume the role; undefined where it may. The user acts as the account. Throws an Error
   * for a policy that cannot be judged.
   */
  assumeRefusal(principal: Principal, roleArn: string, input: Message): string | undefined {
    const trust = this.#roles.callers(roleArn);
    const { accountId } = this.settings;
    const context = contextOf(principal, input, { ...this.settings, roleId: (arn) => this.role(arn)?.id });
    const request = { principal, permission: "sts:AssumeRole", resource: roleArn, context };
    const applying = trust.filter(
      (each) =>
        each.naming(principal, accountId) !== undefined && each.applies(request.permission, request.resource, context),
    );
    const words = `User: ${this.#nameOf(principal)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    if (applying.length === 0 || applying.some(({ effect }) => effect === "Deny")) return words;
    if (principal.kind === "user") return undefined;
    const caller = this.role(roleOf(principal) ?? "");
    const policies = { identity: caller?.identity ?? [], boundary: caller?.boundary, resource: trust };
    const reason = refusalOf(policies, request);
    return reason && `${words} ${reason}`;
  }

  /** Whether the service may assume the role on behalf of the resource. */
  trusts(roleArn: string, service: string, sourceArn?: string): boolean {
    const principal: Principal = { kind: "service", service, ...(sourceArn !== undefined && { sourceArn }) };
    const context = contextOf(principal, {}, { ...this.settings, roleId: () => undefined });
    const trust = this.role(roleArn)?.trust ?? [];
    const applying = trust.filter(
      (each) => each.naming(principal) !== undefined && each.applies("sts:AssumeRole", roleArn, context),
    );
    return applying.length > 0 && applying.every(({ effect }) => effect === "Allow");
  }

  /** The principal as messages of IAM name it. */
  #nameOf(principal: Principal): string {
    const roleArn = roleOf(principal);
    if (roleArn !== undefined) return sessionArn(roleArn, sessionName(principal));
    if (principal.kind === "user") return rootArn(this.settings.accountId, this.settings.region);
    return principal.kind === "service" ? principal.service : principal.kind;
  }

  #resourcePolicy(resource: string): readonly Statement[] {
    // The policy of an object is the policy of its bucket.
    const arn = resource.includes(":s3:::") ? resource.replace(/\/.*$/, "") : resource;
    const text = this.settings.policyOf?.(arn);
    if (text === undefined) return [];
    const known = this.#policies.get(arn);
    if (known?.text === text) return known.statements;
    const statements = compilePolicy(text, `The policy of ${arn}`);
    this.#policies.set(arn, { text, statements });
    return statements;
  }
}

/**
 * Types whose policies are checked at the start. Requests may set other policies while the program runs. An event bus
 * checks its own policy.
 */
const withPolicy = new Set([
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:sns/topic:Topic",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queue:Queue",
  "aws:sqs/queuePolicy:QueuePolicy",
]);

function checkPolicy(resource: GraphResource): void {
  const { policy } = resource.inputs;
  if (withPolicy.has(resource.type) && policy) compilePolicy(policy, described(resource));
}

function problemOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
