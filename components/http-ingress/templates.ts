// The mapping templates between an HTTP request and SQS's SendMessage, and what each answer of SQS becomes.

/** What an answer of the integration becomes. Chosen by the status that SQS answered. */
export interface IntegrationAnswer {
  readonly statusCode: string;
  /** Regular expression for SQS's status; the one without it takes everything else. */
  readonly selectionPattern?: string;
  readonly template: string;
}

/**
 * SQS's Query protocol, which takes any body as it is: in the JSON protocol the body would have to be escaped by a
 * function that spoils apostrophes.
 */
export function sendMessageTemplate(fifo?: {
  readonly messageGroupId: string;
  readonly messageDeduplicationId?: string;
}): string {
  const parts = ["Action=SendMessage", "Version=2012-11-05", "MessageBody=$util.urlEncode($input.body)"];
  const group = textAt("messageGroupId", fifo?.messageGroupId);
  const deduplication = textAt("messageDeduplicationId", fifo?.messageDeduplicationId);
  const given = [group, deduplication].filter((each) => each !== undefined);
  return given.map(({ setting }) => setting).join("") + [...parts, ...given.map(({ text }) => text)].join("&");
}

/** The function wants a text: between quotation marks a number becomes one, and null, for the `!`, an empty one. */
function textAt(variable: string, path: string | undefined) {
  if (path === undefined) return undefined;
  const parameter = variable.charAt(0).toUpperCase() + variable.slice(1);
  return {
    setting: `#set($${variable} = $input.path('${path}'))`,
    text: `${parameter}=$util.urlEncode("$!${variable}")`,
  };
}

const accepted = `{"messageId":"$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"}`;

/**
 * The sender's faults are three: characters that SQS does not take, parts of the body that are no group or id of a FIFO
 * queue, and size. Any other refusal (a missing queue, a right that was taken away) is ours.
 */
const refused = [
  "#set($code = $input.path('$.Error.Code'))#set($reason = $input.path('$.Error.Message'))",
  `#if($code == "InvalidMessageContents"){"message":"The body contains characters that SQS does not allow."}`,
  `#elseif(($code == "InvalidParameterValue" || $code == "MissingParameter") && ` +
    `($reason.contains("MessageGroupId") || $reason.contains("MessageDeduplicationId"))){"message":"The body has no ` +
    `message group or no deduplication id, or one that SQS does not allow."}`,
  `#elseif($code == "InvalidParameterValue")#set($context.responseOverride.status = 413){"message":"The body is ` +
    `larger than 1 MiB, the most that SQS takes."}`,
  `#else#set($context.responseOverride.status = 500){"message":"The event could not be queued."}#end`,
].join("");

export const answers: readonly IntegrationAnswer[] = [
  { statusCode: "202", selectionPattern: "2\\d\\d", template: accepted },
  { statusCode: "400", selectionPattern: "4\\d\\d", template: refused },
  // Without a pattern: were it the 202, an error of SQS's would be reported as success and the event lost.
  { statusCode: "500", template: `{"message":"The event could not be queued."}` },
];

/** Statuses that a method may answer with; 413 and 500 also by override. */
export const methodStatusCodes = ["202", "400", "413", "500"] as const;

/**
 * One JSON line per request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
export const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  method: "$context.httpMethod",
  path: "$context.resourcePath",
  status: "$context.status",
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  latency: "$context.responseLatency",
  integrationStatus: "$context.integration.status",
  error: "$context.error.message",
});
