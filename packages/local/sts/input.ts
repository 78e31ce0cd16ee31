// Reads the input of STS's actions.
import { type Message, ServiceError } from "../service/ask";
import { inputReader } from "../service/input";

export const validation = (message: string) => new ServiceError("ValidationError", message);

const constraint = (name: string, value: string, rule: string) =>
  validation(`1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${rule}`);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const { text, optionalNumber } = inputReader({
  missing: (name) =>
    validation(
      `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
    ),
  wrongType: (name, expected) => validation(`The value of ${name} must be ${expected}.`),
});

export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
}

/** They are read here or by the trust policy's conditions. */
const known = ["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"];
const roleArns = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function readAssumeRole(input: Message): AssumeRole {
  const others = Object.keys(input).filter((name) => !known.includes(name));
  if (others.length > 0) {
    throw validation(
      `AssumeRole: the local run's STS does not have ${others.join(", ")}. Leave ${others.length === 1 ? "it" : "them"} out of the request; the session has the permissions of the whole role.`,
    );
  }
  const roleArn = text(input, "RoleArn");
  if (!roleArns.test(roleArn)) throw validation(`${roleArn} is invalid`);
  const sessionName = text(input, "RoleSessionName");
  if (!/^[\w+=,.@-]*$/.test(sessionName)) {
    throw constraint("roleSessionName", sessionName, "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
  }
  if (sessionName.length < 2 || sessionName.length > 64) {
    const bound = sessionName.length < 2 ? "greater than or equal to 2" : "less than or equal to 64";
    throw constraint("roleSessionName", sessionName, `Member must have length ${bound}`);
  }
  const duration = optionalNumber(input, "DurationSeconds") ?? 3600;
  if (!Number.isInteger(duration) || duration < 900 || duration > 43_200) {
    const bound = duration > 43_200 ? "less than or equal to 43200" : "greater than or equal to 900";
    throw constraint("durationSeconds", String(duration), `Member must have value ${bound}`);
  }
  return { roleArn, sessionName, duration };
}
