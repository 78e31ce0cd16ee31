// ARNs that arguments name existing resources by: Lambda refuses a source of another service.

const kinds = {
  queue: [/^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]{1,80}(\.fifo)?$/, "arn:aws:sqs:eu-west-1:123456789012:orders"],
  stream: [
    /^arn:[^:]+:kinesis:[^:]+:\d{12}:stream\/[\w.-]{1,128}$/,
    "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
  ],
  topic: [/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/, "arn:aws:sns:eu-west-1:123456789012:events"],
  "table's stream": [
    /^arn:[^:]+:dynamodb:[^:]+:\d{12}:table\/[^/]+\/stream\/.+$/,
    "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
  ],
} as const;

/** What is wrong with the ARN in `option`, if anything is. */
export function faultOfArn(option: string, arn: string, kind: keyof typeof kinds): string | undefined {
  const [pattern, example] = kinds[kind];
  return pattern.test(arn) ? undefined : `${option} is "${arn}"; give the ARN of a ${kind}, as ${example}.`;
}
