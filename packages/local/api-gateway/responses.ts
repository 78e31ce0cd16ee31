// What API Gateway answers by itself: gateway responses, with the program's own in place of the defaults.
import { withContext } from "./context";
import { mapped, type Sources } from "./parameters";
import type { Texts } from "./texts";

export interface GatewayResponse {
  /** Default: the status of the response's type. */
  readonly statusCode: string | undefined;
  readonly responseTemplates: Texts;
  /** The keys are `gatewayresponse.header.<name>`, the values say where the header's value comes from. */
  readonly responseParameters: Texts;
}

/**
 * Status, `$context.error.message`, and the `x-amzn-errortype` header.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const defaults = {
  ACCESS_DENIED: [403, "User is not authorized to access this resource", "AccessDeniedException"],
  API_CONFIGURATION_ERROR: [500, "Internal server error", "InternalServerErrorException"],
  BAD_REQUEST_BODY: [400, "Invalid request body", "BadRequestException"],
  BAD_REQUEST_PARAMETERS: [400, "Missing required request parameters", "BadRequestException"],
  INTEGRATION_FAILURE: [504, "Internal server error", "InternalServerErrorException"],
  INTEGRATION_TIMEOUT: [504, "Endpoint request timed out", "InternalServerErrorException"],
  MISSING_AUTHENTICATION_TOKEN: [403, "Missing Authentication Token", "MissingAuthenticationTokenException"],
  REQUEST_TOO_LARGE: [413, "Request Too Long", "RequestTooLongException"],
  THROTTLED: [429, "Too Many Requests", "TooManyRequestsException"],
  UNSUPPORTED_MEDIA_TYPE: [415, "Unsupported Media Type", "BadRequestException"],
} as const;

export type GatewayResponseType = keyof typeof defaults;

export interface Failure {
  readonly type: GatewayResponseType;
  /** Replaces the default message. */
  readonly message?: string;
  /** `$context.error.validationErrorString`. */
  readonly validationErrors?: string;
}

/** Ends a request with a gateway response. */
export class Refusal extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message ?? failure.type);
    this.name = "Refusal";
  }
}

/** `$context.error`. */
export interface ErrorContext {
  readonly message: string;
  readonly messageString: string;
  readonly responseType: string;
  readonly validationErrorString?: string;
}

/**
 * `messageString` includes its quotes. In `validationErrorString` the quotes are escaped, so that it can stand between
 * quotes.
 */
export function errorContextOf({ type, message = defaults[type][1], validationErrors }: Failure): ErrorContext {
  return {
    message,
    messageString: JSON.stringify(message),
    responseType: type,
    ...(validationErrors !== undefined && {
      validationErrorString: JSON.stringify(validationErrors).slice(1, -1),
    }),
  };
}

export interface Rendered {
  readonly status: number;
  readonly headers: Texts;
  readonly body: string;
}

const standardTemplates: Texts = { "application/json": '{"message":$context.error.messageString}' };

/** `sources.context` includes the error. */
export function renderFailure(
  type: GatewayResponseType,
  own: ReadonlyMap<string, GatewayResponse>,
  sources: Sources,
): Rendered {
  const [status, , errorType] = defaults[type];
  const response = own.get(type) ?? own.get(status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX");
  const given = response?.responseTemplates ?? {};
  const templates = Object.keys(given).length > 0 ? given : standardTemplates;
  const [contentType, template] =
    Object.entries(templates).find(([name]) => name === "application/json") ?? Object.entries(templates)[0] ?? [];
  const headers: Record<string, string> = {
    "content-type": contentType ?? "application/json",
    "x-amzn-errortype": errorType,
  };
  for (const [name, expression] of Object.entries(response?.responseParameters ?? {})) {
    const value = mapped(expression, sources);
    if (value !== undefined) headers[name.replace("gatewayresponse.header.", "").toLowerCase()] = value;
  }
  return {
    status: Number(response?.statusCode ?? status),
    headers,
    body: substitute(template ?? "", sources),
  };
}

/**
 * The templates of gateway responses are not Velocity: variables are replaced by their values, and all else stays as it
 * is.
 */
function substitute(template: string, sources: Sources): string {
  return withContext(template, sources.context).replace(
    /\$(stageVariables\.\w+|method\.request\.(?:header|querystring|path)\.[\w-]+)/g,
    (_, expression: string) => mapped(expression, sources) ?? "",
  );
}
