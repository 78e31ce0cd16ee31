// The program's parameters and secrets, and those that its policies name and nobody has given a value.
import type { GraphResource } from "@spillway/graph";
import { rolePolicies } from "@spillway/graph/read/role-policies";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { physicalName, textIn } from "../service/values";
import { firstVersion, type SecretStore, secretsFile } from "./store";

export function secretProvisioners(store: SecretStore): Provisioners {
  return {
    "aws:ssm/parameter:Parameter": provisioner({ known: ofParameter }, (resource) => {
      const { inputs } = resource;
      const value = textIn(inputs, "value") ?? textIn(inputs, "insecureValue") ?? textIn(inputs, "valueWo");
      if (value !== undefined) store.putParameter(physicalName(resource), textIn(inputs, "type") ?? "String", value);
    }),
    "aws:secretsmanager/secret:Secret": provisioner({ known: ofSecret }, (resource) => {
      const arn = textIn(resource.outputs, "arn") ?? "";
      store.putSecret({ arn, name: physicalName(resource), value: undefined, versionId: firstVersion });
    }),
    "aws:secretsmanager/secretVersion:SecretVersion": provisioner({ known: ofVersion }, ({ inputs, outputs }) => {
      const secret = store.secret(textIn(inputs, "secretId") ?? "");
      const SecretString = textIn(inputs, "secretString") ?? textIn(inputs, "secretStringWo");
      const SecretBinary = textIn(inputs, "secretBinary");
      if (secret === undefined) throw new Error(`there is no secret ${textIn(inputs, "secretId")}`);
      const versionId = textIn(outputs, "versionId") ?? firstVersion;
      if (SecretString !== undefined) store.putSecret({ ...secret, versionId, value: { SecretString } });
      else if (SecretBinary !== undefined) store.putSecret({ ...secret, versionId, value: { SecretBinary } });
    }),
  };
}

/** Read here, or without effect on one machine, where nothing is encrypted (the last line). */
const ofParameter = [
  ...["type", "value", "insecureValue", "valueWo"],
  ...["valueWoVersion", "keyId", "tier", "dataType", "overwrite"],
];
/** Without effect on one machine: nothing is encrypted, replicated, or kept after the run. */
const ofSecret = ["kmsKeyId", "recoveryWindowInDays", "replicas", "forceOverwriteReplicaSecret"];
const ofVersion = ["secretId", "secretString", "secretStringWo", "secretStringWoVersion", "secretBinary"];

/** The message about each parameter and secret that a role may read, and that has no value here. */
export function describeMissingSecrets(resources: readonly GraphResource[], store: SecretStore): string | undefined {
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
  const policies = roles.flatMap((role) => rolePolicies(role, resources).documents.map(({ policy }) => policy));
  const named = policies.flatMap((policy) => {
    const text = typeof policy === "string" ? policy : JSON.stringify(policy ?? "");
    return text.match(/arn:[^"]*:(ssm|secretsmanager):[^"]*/g) ?? [];
  });
  const missing = [...new Set(named)].sort().flatMap((arn) => {
    const parameter = /:parameter(\/[^*?]+)$/.exec(arn)?.[1];
    const secret = /:secret:([^*?]+)$/.exec(arn)?.[1];
    if (parameter !== undefined && store.parameter(arn) === undefined) return { kind: "parameter", name: parameter };
    if (secret !== undefined && store.secret(arn)?.value === undefined) return { kind: "secret", name: secret };
    return [];
  });
  if (missing.length === 0) return undefined;
  const names = missing.map(({ kind, name }) => `the ${kind} "${name}"`).join(", ");
  const [have, them] = missing.length === 1 ? ["has", "it"] : ["have", "them"];
  const values = missing.map(({ name }) => `"${name}": "<value>"`).join(", ");
  return (
    `${names.replace(/^the/, "The")} ${have} no value here, so reading ${them} fails; give ${them} one in ` +
    `${secretsFile}: {${values}}.`
  );
}
