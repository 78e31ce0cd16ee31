// API Gateway's REST APIs.
import type { Value } from "../graph";
import { documentOf, methodsOf } from "../read/open-api";
import type { ResourceTypes } from "./resource-type";
import { joins, refused } from "./rules";

const routesOf = (body: Value | undefined, isOpen: boolean) =>
  methodsOf(documentOf(body))
    .filter(({ authorization }) => (authorization === "NONE") === isOpen)
    .map(({ httpMethod, path }) => `${httpMethod} ${path}`);

export const endpoints: ResourceTypes = {
  "aws:apigateway/restApi:RestApi": {
    kind: "endpoint",
    replacing: [],
    protections: [
      {
        property: "body",
        weakens: (before, after) => {
          const open = routesOf(after, true);
          return routesOf(before, false).some((route) => open.includes(route));
        },
        text: "anyone may call routes that required a signature",
      },
    ],
  },
  "aws:apigateway/account:Account": { identity: joins() },
  "aws:apigateway/deployment:Deployment": { replacing: ["restApi", "triggers", "variables"], hash: "triggers" },
  "aws:apigateway/integration:Integration": {
    identity: joins("restApi", "resourceId", "httpMethod"),
    target: "uri",
    role: "credentials",
  },
  "aws:apigateway/integrationResponse:IntegrationResponse": {
    identity: joins("restApi", "resourceId", "httpMethod", "statusCode"),
  },
  "aws:apigateway/method:Method": {
    identity: refused("restApi", "resourceId", "httpMethod"),
    protections: [
      {
        property: "authorization",
        weakens: (before, after) => before !== "NONE" && after === "NONE",
        text: "anyone may call it",
      },
    ],
  },
  "aws:apigateway/methodResponse:MethodResponse": {
    identity: refused("restApi", "resourceId", "httpMethod", "statusCode"),
  },
  "aws:apigateway/methodSettings:MethodSettings": { identity: joins("restApi", "stageName", "methodPath") },
  "aws:apigateway/model:Model": {
    identity: refused("restApi", "name"),
  },
  "aws:apigateway/requestValidator:RequestValidator": {},
  "aws:apigateway/resource:Resource": { identity: refused("restApi", "parentId", "pathPart") },
  "aws:apigateway/response:Response": { identity: joins("restApiId", "responseType") },
  "aws:apigateway/restApiPolicy:RestApiPolicy": { identity: joins("restApiId") },
  "aws:apigateway/stage:Stage": {
    identity: refused("restApi", "stageName"),
    replacing: ["restApi", "stageName"],
  },
};
