// One route of an HttpIngress: its model, its method, and the integration that sends the body to the queue.
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { answers, methodStatusCodes, sendMessageTemplate } from "./http-ingress-templates";
import { modelOf } from "./json-schema";

/** What a route feeds: a QueueConsumer. */
export interface RouteConsumer {
  readonly queueArn: pulumi.Output<string>;
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
  readonly schema: StandardSchemaV1;
  readonly fifo: boolean;
  /** Undefined where it is not known: of a queue that is managed elsewhere. */
  readonly contentBasedDeduplication?: boolean | undefined;
}

export interface FifoRoute {
  readonly consumer: RouteConsumer;
  /** JSONPath into the body that gives the message group, as `$.customerId`. */
  readonly messageGroupId: string;
  /** JSONPath into the body that gives the deduplication id; needed unless the queue derives it from the content. */
  readonly messageDeduplicationId?: string;
}

export interface RouteContext {
  readonly api: aws.apigateway.RestApi;
  readonly validator: aws.apigateway.RequestValidator;
  /** ARN of the role with which API Gateway sends. */
  readonly credentials: pulumi.Output<string>;
  readonly name: string;
  readonly public: boolean;
  readonly parent: pulumi.Resource;
  resourceAt(path: string): pulumi.Output<string>;
}

export interface CreatedRoute {
  readonly resources: readonly pulumi.Resource[];
  /** All that a deployment must be renewed for. */
  readonly definition: pulumi.Inputs;
}

/** `key` as in `POST /orders`. */
export function createRoute(key: string, route: RouteConsumer | FifoRoute, context: RouteContext): CreatedRoute {
  const { api, validator, credentials, parent } = context;
  const [httpMethod = "", path = ""] = key.split(" ");
  const consumer = "consumer" in route ? route.consumer : route;
  const name = `${context.name}-${httpMethod.toLowerCase()}${path.replaceAll("/", "-")}`;
  const at = { restApi: api.id, resourceId: context.resourceAt(path) };

  const model = {
    // API Gateway takes letters and digits only, so the name cannot be left to autonaming.
    name: name.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, _separator, letter: string) => letter.toUpperCase()),
    contentType: "application/json",
    schema: JSON.stringify(modelOf(consumer.schema)),
  };
  const bodyModel = new aws.apigateway.Model(name, { restApi: api.id, ...model }, { parent });

  const method = { httpMethod, authorization: context.public ? "NONE" : "AWS_IAM" };
  const created = new aws.apigateway.Method(
    name,
    { ...at, ...method, requestValidatorId: validator.id, requestModels: { "application/json": bodyModel.name } },
    { parent },
  );

  const integration = {
    type: "AWS",
    integrationHttpMethod: "POST",
    uri: queueUri(consumer.queueArn),
    credentials,
    // Another content type would pass by the check of the body: 415.
    passthroughBehavior: "NEVER",
    requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
    requestTemplates: { "application/json": sendMessageTemplate("consumer" in route ? route : undefined) },
  };
  const sends = new aws.apigateway.Integration(
    name,
    { ...at, httpMethod: created.httpMethod, ...integration },
    { parent },
  );

  const methodResponses = methodStatusCodes.map(
    (statusCode) =>
      new aws.apigateway.MethodResponse(
        `${name}-${statusCode}`,
        { ...at, httpMethod: created.httpMethod, statusCode, responseModels: { "application/json": "Empty" } },
        { parent },
      ),
  );
  const integrationResponses = answers.map(
    ({ statusCode, selectionPattern, template }) =>
      new aws.apigateway.IntegrationResponse(
        `${name}-${statusCode}`,
        {
          ...at,
          httpMethod: sends.httpMethod,
          statusCode,
          ...(selectionPattern !== undefined && { selectionPattern }),
          responseTemplates: { "application/json": template },
        },
        { parent, dependsOn: [sends, ...methodResponses] },
      ),
  );
  return {
    resources: [created, sends, ...methodResponses, ...integrationResponses],
    definition: { path, model, method, integration, methodStatusCodes: [...methodStatusCodes], answers: [...answers] },
  };
}

/** Everything that the URI needs is in the queue's ARN: partition, region, account and name. */
function queueUri(queueArn: pulumi.Output<string>): pulumi.Output<string> {
  return queueArn.apply((arn) => {
    const [, partition, , region, account, queueName] = arn.split(":");
    return `arn:${partition}:apigateway:${region}:sqs:path/${account}/${queueName}`;
  });
}
