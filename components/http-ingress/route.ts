// One route of an HttpIngress: its model, and the integration that sends the body to the queue.
import type * as pulumi from "@pulumi/pulumi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Model, modelOf } from "./json-schema";
import { answers, methodStatusCodes, sendMessageTemplate } from "./templates";

/** What a route feeds: a QueueConsumer. */
export interface RouteConsumer {
  /** ARN of the queue. */
  readonly queueArn: pulumi.Output<string>;
  /**
   * ARN of the customer managed key that the queue is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
  /** The schema of the events: API Gateway checks the body against it. */
  readonly schema: StandardSchemaV1;
  /** Whether the queue is FIFO. */
  readonly fifo: boolean;
  /**
   * Whether a FIFO queue derives the deduplication id from the body.
   * @default not known: the queue is managed elsewhere
   */
  readonly contentBasedDeduplication?: boolean | undefined;
}

/** A route to a FIFO queue: its consumer, and where in the body the message group is. */
export interface FifoRoute {
  /** The consumer that the route feeds. */
  readonly consumer: RouteConsumer;
  /** JSONPath into the body that gives the message group, as `$.customerId`. */
  readonly messageGroupId: string;
  /**
   * JSONPath into the body that gives the deduplication id; needed unless the queue derives it from the content.
   * @default none: the queue derives it
   * @example "$.id"
   */
  readonly messageDeduplicationId?: string;
}

export interface RouteContext {
  /** ARN of the role with which API Gateway sends. */
  readonly credentials: pulumi.Input<string>;
  /** The security scheme that callers meet; undefined: anybody may call. */
  readonly security: string | undefined;
}

export interface Route {
  readonly path: string;
  readonly httpMethod: string;
  readonly model: { readonly name: string; readonly schema: Model };
  /** The operation in the OpenAPI document. */
  readonly operation: pulumi.Inputs;
}

/** `key` as in `POST /orders`. */
export function routeOf(key: string, target: RouteConsumer | FifoRoute, context: RouteContext): Route {
  const [httpMethod = "", path = ""] = key.split(" ");
  const consumer = "consumer" in target ? target.consumer : target;
  const model = {
    // API Gateway takes letters and digits only.
    name: key
      .replace(/^[A-Z]+/, (method) => method.toLowerCase())
      .replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, _separator, letter: string) => letter.toUpperCase()),
    schema: modelOf(consumer.schema),
  };
  const operation = {
    ...(context.security !== undefined && { security: [{ [context.security]: [] }] }),
    requestBody: {
      required: true,
      content: { "application/json": { schema: { $ref: `#/components/schemas/${model.name}` } } },
    },
    responses: Object.fromEntries(methodStatusCodes.map((status) => [status, { description: status }])),
    "x-amazon-apigateway-integration": {
      type: "aws",
      httpMethod: "POST",
      uri: queueUri(consumer.queueArn),
      credentials: context.credentials,
      // Another content type would pass by the check of the body: 415.
      passthroughBehavior: "never",
      requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
      requestTemplates: { "application/json": sendMessageTemplate("consumer" in target ? target : undefined) },
      responses: Object.fromEntries(
        answers.map(({ statusCode, selectionPattern = "default", template }) => [
          selectionPattern,
          { statusCode, responseTemplates: { "application/json": template } },
        ]),
      ),
    },
  };
  return { path, httpMethod, model, operation };
}

/** Everything that the URI needs is in the queue's ARN: partition, region, account and name. */
function queueUri(queueArn: pulumi.Output<string>): pulumi.Output<string> {
  return queueArn.apply((arn) => {
    const [, partition, , region, account, queueName] = arn.split(":");
    return `arn:${partition}:apigateway:${region}:sqs:path/${account}/${queueName}`;
  });
}
