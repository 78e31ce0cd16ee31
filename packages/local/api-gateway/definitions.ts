// What API Gateway serves: an API with its resources and methods, how each method is integrated, and its stages.
import type { IntegrationTarget } from "./integration";
import type { GatewayResponse } from "./responses";
import type { ResourceTree } from "./routing";
import type { Texts } from "./texts";
import type { Validator } from "./validation";

export interface IntegrationDefinition {
  readonly type: "AWS" | "MOCK";
  /** The target of an integration with an AWS service. */
  readonly target: IntegrationTarget | undefined;
  readonly roleArn: string;
  readonly passthroughBehavior: string;
  readonly requestTemplates: Texts;
  readonly requestParameters: Texts;
  readonly timeoutMilliseconds: number;
}

export interface IntegrationResponseDefinition {
  readonly statusCode: string;
  readonly selectionPattern: string | undefined;
  readonly responseTemplates: Texts;
  readonly responseParameters: Texts;
}

export interface MethodDefinition {
  readonly httpMethod: string;
  readonly resourceId: string;
  readonly authorization: "NONE" | "AWS_IAM";
  /** The checks of the body, by content type. Empty if the body is not validated. */
  readonly validators: ReadonlyMap<string, Validator>;
  /** Required parameters, such as `method.request.header.x-tenant`. */
  readonly requiredParameters: readonly string[];
  integration: IntegrationDefinition | undefined;
  readonly integrationResponses: IntegrationResponseDefinition[];
  /** The status codes of the method responses. */
  readonly statusCodes: Set<string>;
}

/** Requests per second, and requests at the same moment. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Texts;
  readonly accessLogFormat: string | undefined;
  /** Settings by method path: one method's (`orders/POST`), or those of every method, under `everyMethod`. */
  readonly throttles: Map<string, Throttle>;
}

/** The method path of the settings that apply to every method. */
export const everyMethod = "*/*";

export interface ApiDefinition {
  readonly id: string;
  readonly resources: ResourceTree;
  readonly methods: MethodDefinition[];
  readonly models: Map<string, Readonly<Record<string, unknown>>>;
  readonly validators: Map<string, { readonly body: boolean; readonly parameters: boolean }>;
  readonly responses: Map<string, GatewayResponse>;
  readonly stages: Map<string, StageDefinition>;
}
