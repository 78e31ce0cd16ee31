// Where AWS's services are: the host for a service, region and partition, as the SDK's endpoint rules have it.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html

export interface Endpoint {
  /** Signing name, as `sqs`. */
  readonly service: string;
  /** For which a request is signed: AWS refuses a signature for any other. Undefined: the function's own. */
  readonly region: string | undefined;
  /** Where the service is, unless the environment says otherwise. */
  readonly url: string;
}

type Suffixes = readonly [usual: string, dualStack: string];

/** DNS suffixes of AWS's own partition and of GovCloud. */
const common: Suffixes = ["amazonaws.com", "api.aws"];
/** Those of all others. A new partition needs a line here. */
const suffixes: Readonly<Record<string, Suffixes>> = {
  "aws-cn": ["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  "aws-eusc": ["amazonaws.eu", "api.amazonwebservices.eu"],
  "aws-iso": ["c2s.ic.gov", "api.aws.ic.gov"],
  "aws-iso-b": ["sc2s.sgov.gov", "api.aws.scloud"],
  "aws-iso-e": ["cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  "aws-iso-f": ["csp.hci.ic.gov", "api.aws.hci.ic.gov"],
};

/** The endpoint that serves what has this ARN. */
export function endpointOf(arn: string): Endpoint {
  const [, partition = "", service = "", region = ""] = arn.split(":");
  return { service, region, url: urlOf(service, region, suffixes[partition] ?? common) };
}

/**
 * A queue's URL says itself where SQS is: at its usual address, at that for FIPS, in a VPC endpoint, or in a local run.
 */
export function endpointOfQueue(queueUrl: string): Endpoint {
  const { hostname, origin } = new URL(queueUrl);
  const [, region] = /(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\./.exec(hostname) ?? [];
  // Only the usual address has a FIPS and a dual-stack one beside it.
  const known = [common, ...Object.values(suffixes)].find(([usual]) => hostname === `sqs.${region}.${usual}`);
  return { service: "sqs", region, url: known && region ? urlOf("sqs", region, known) : origin };
}

function urlOf(service: string, region: string, [usual, dualStack]: Suffixes): string {
  const { AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT } = process.env;
  const isDualStack = AWS_USE_DUALSTACK_ENDPOINT === "true";
  // In GovCloud the usual endpoints are the FIPS ones, but for Secrets Manager's; of the dual-stack ones only
  // EventBridge's are.
  const isFips = region.startsWith("us-gov-") && service !== "secretsmanager" && (!isDualStack || service === "events");
  const fips = AWS_USE_FIPS_ENDPOINT === "true" && !isFips ? "-fips" : "";
  return `https://${service}${fips}.${region}.${isDualStack ? dualStack : usual}`;
}

/** Services by their ids in the SDK, which AWS_ENDPOINT_URL_<id> is named after. */
const ids: Readonly<Record<string, string>> = { events: "EVENTBRIDGE", secretsmanager: "SECRETS_MANAGER" };

/** The endpoint's URL, or what the environment puts in its place, as for an SDK client. */
export function addressOf({ service, url }: Endpoint): string {
  const { env } = process;
  return env[`AWS_ENDPOINT_URL_${ids[service] ?? service.toUpperCase()}`] || env.AWS_ENDPOINT_URL || url;
}
