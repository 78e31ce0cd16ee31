// Reading a secret that a binding names.
import { AwsError, callAws } from "../aws/aws";
import { type Endpoint, endpointOf } from "../aws/endpoints";
import type { Secret } from "./callback";

const keptFor = 5 * 60 * 1000;
const kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

/**
 * The secret's value, from SSM's Parameter Store or Secrets Manager: asked for at its first use, then kept for five
 * minutes, so that a rotated one is picked up. Rejects with what AWS answers after three tries; the next call asks
 * anew.
 * @param secret - The secret, of a binding `secret`.
 */
export async function readSecret(secret: Secret): Promise<string> {
  try {
    return await keptValue(secret);
  } catch (error) {
    // Several calls may wait for one answer, so its stack names none of them. That of a new error has the caller.
    if (!(error instanceof AwsError)) throw error;
    const told = new AwsError(error.code, error.message, error.status);
    Error.captureStackTrace(told, readSecret);
    throw told;
  }
}

function keptValue(secret: Secret): Promise<string> {
  const found = kept.get(secret);
  if (found !== undefined && found.until > Date.now()) return found.value;
  const value = fetchSecret(secret);
  kept.set(secret, { value, until: Date.now() + keptFor });
  value.catch(() => kept.delete(secret));
  return value;
}

async function fetchSecret(arn: string): Promise<string> {
  const endpoint = endpointOfSecret(arn);
  const call = { endpoint, contentType: "application/x-amz-json-1.1" };
  if (endpoint.service === "ssm") {
    const answer = await callAws<{ Parameter: { Value: string } }>({
      ...call,
      target: "AmazonSSM",
      action: "GetParameter",
      input: { Name: arn, WithDecryption: true },
    });
    return answer.Parameter.Value;
  }
  if (endpoint.service === "secretsmanager") {
    const answer = await callAws<{ SecretString?: string; SecretBinary?: string }>({
      ...call,
      target: "secretsmanager",
      action: "GetSecretValue",
      input: { SecretId: arn },
    });
    return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? "", "base64").toString();
  }
  throw new TypeError(`"${arn}" is the ARN of neither an SSM parameter nor a secret of Secrets Manager.`);
}

/**
 * Secrets Manager's usual endpoints are dual-stack in AWS's own partition, GovCloud and China, and it has no others
 * there. It is here because only bundles that read secrets need it.
 */
export function endpointOfSecret(arn: string): Endpoint {
  const endpoint = endpointOf(arn);
  if (endpoint.service !== "secretsmanager") return endpoint;
  return {
    ...endpoint,
    url: endpoint.url.replace(/\.api\.(?:aws|amazonwebservices\.com(\.cn))$/, ".amazonaws.com$1"),
  };
}
