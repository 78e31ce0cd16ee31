// Secrets Manager of the local run: the actions that callbacks use.
import { randomUUID } from "node:crypto";
import { type Message, type Service, ServiceError } from "../service/ask";
import { optionalText, text } from "./input";
import { type Secret, type SecretStore, secretsFile } from "./store";

export function createSecretsManager(store: SecretStore, now: () => number): Service {
  const secretOf = (input: Message): Secret => {
    const id = text(input, "SecretId");
    const found = store.secret(id);
    if (found === undefined) throw notFound(id, "can't find the specified secret");
    return found;
  };
  const actions: Readonly<Record<string, (input: Message) => Message>> = {
    GetSecretValue: (input) => {
      const { arn, name, value, versionId } = secretOf(input);
      if (value === undefined) {
        throw notFound(name, "can't find the specified secret value for staging label: AWSCURRENT");
      }
      const CreatedDate = Math.floor(now() / 1000);
      return { ARN: arn, Name: name, VersionId: versionId, VersionStages: ["AWSCURRENT"], CreatedDate, ...value };
    },
    DescribeSecret: (input) => {
      const { arn, name, versionId } = secretOf(input);
      return { ARN: arn, Name: name, VersionIdsToStages: { [versionId]: ["AWSCURRENT"] } };
    },
    PutSecretValue: (input) => {
      const { arn, name } = secretOf(input);
      const SecretString = optionalText(input, "SecretString");
      const versionId = optionalText(input, "ClientRequestToken") ?? randomUUID();
      const value =
        SecretString === undefined ? { SecretBinary: optionalText(input, "SecretBinary") ?? "" } : { SecretString };
      store.putSecret({ arn, name, value, versionId });
      store.written({ arn, name });
      return { ARN: arn, Name: name, VersionId: versionId, VersionStages: ["AWSCURRENT"] };
    },
  };
  return {
    name: "secretsmanager",
    async handle(_principal, action, input) {
      const run = actions[action];
      if (run === undefined) {
        const known = Object.keys(actions).join(", ");
        throw new ServiceError(
          "InvalidAction",
          `Secrets Manager of the local run does not have ${action}; it has ${known}.`,
        );
      }
      return run(input);
    },
    async close() {},
  };
}

const notFound = (secret: string, what: string) =>
  new ServiceError(
    "ResourceNotFoundException",
    `Secrets Manager ${what}. For the local run give ${secret} a value in ${secretsFile}: {"${secret}": "<value>"}.`,
  );
