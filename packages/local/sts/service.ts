// STS of the local run: who a caller is, and credentials of the program's roles.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
import { roleOf, rootArn, sessionArn, sessionName } from "../iam/context";
import type { Role } from "../iam/roles";
import { type Message, type Principal, type Service, ServiceError } from "../service/ask";
import type { Place } from "../service/place";
import { readAssumeRole, validation } from "./input";
import type { Sessions } from "./sessions";

export interface StsSettings extends Place {
  readonly sessions: Sessions;
  /** A role of the program; undefined for any other. */
  role(arn: string): Pick<Role, "id" | "maxSessionDuration"> | undefined;
}

/** Seconds, for a role that is assumed with the credentials of another. */
const longestChained = 3600;

export function createSts({ sessions, role, accountId, region }: StsSettings): Service {
  const idOf = (roleArn: string, session: string) => `${role(roleArn)?.id ?? "AROA"}:${session}`;

  const actions: Readonly<Record<string, (input: Message, principal: Principal) => Message>> = {
    GetCallerIdentity: (_input, principal) => {
      const roleArn = roleOf(principal);
      if (roleArn === undefined) return { UserId: accountId, Account: accountId, Arn: rootArn(accountId, region) };
      const session = sessionName(principal);
      return { UserId: idOf(roleArn, session), Account: accountId, Arn: sessionArn(roleArn, session) };
    },
    // Whether the caller may assume the role is decided with the permissions of every other request.
    AssumeRole: (input, principal) => {
      const { roleArn, sessionName: session, duration } = readAssumeRole(input);
      if (roleOf(principal) !== undefined && duration > longestChained) {
        throw validation(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        );
      }
      if (duration > (role(roleArn)?.maxSessionDuration ?? duration)) {
        throw validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
      }
      const expiresAt = sessions.now() + duration * 1000;
      const { accessKeyId, secretAccessKey, sessionToken } = sessions.start(roleArn, session, expiresAt);
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: new Date(expiresAt).toISOString(),
        },
        AssumedRoleUser: { AssumedRoleId: idOf(roleArn, session), Arn: sessionArn(roleArn, session) },
      };
    },
  };

  return {
    name: "sts",
    async handle(principal, action, input) {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act !== undefined) return act(input, principal);
      const known = Object.keys(actions).join(", ");
      throw new ServiceError("InvalidAction", `The local run's STS has no action ${action}. It has ${known}.`);
    },
    async close() {},
  };
}
