// Endpoints and security groups: what breaks each policy and what keeps it.
import { type Case, make, unknown } from "../made-up";

/** A REST API with one route, described by its body. */
const described = (operation: object, document: object = {}, path: object = {}) =>
  make("restApi", {
    body: JSON.stringify({ openapi: "3.0.1", paths: { "/orders": { ...path, post: operation } }, ...document }),
  });

const httpSettings = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };

export const endpointCases: readonly Case[] = [
  {
    policy: "api-authorized",
    breaks: [
      {
        what: "a REST method",
        made: [make("restMethod", { httpMethod: "POST", authorization: "NONE" })],
        says: /authorization is "NONE"/,
      },
      {
        what: "a route",
        made: [make("httpRoute", { routeKey: "POST /orders" })],
        says: /authorizationType is not set/,
      },
      {
        what: "a route of a body",
        made: [described({})],
        says: /body has no security for POST \/orders: anyone may call it/,
      },
    ],
    keeps: [
      { what: "IAM", made: [make("restMethod", { httpMethod: "POST", authorization: "AWS_IAM" })] },
      { what: "JWT", made: [make("httpRoute", { routeKey: "POST /orders", authorizationType: "JWT" })] },
      { what: "IAM in a body", made: [described({ security: [{ sigv4: [] }] })] },
      {
        what: "a path with parameters of its own",
        made: [described({ security: [{ sigv4: [] }] }, {}, { parameters: [], summary: "Orders" })],
      },
      { what: "IAM for a whole body", made: [described({}, { security: [{ sigv4: [] }] })] },
      { what: "IAM by API Gateway's own word", made: [described({ "x-amazon-apigateway-auth": { type: "AWS_IAM" } })] },
      { what: "a body that is not known yet", made: [make("restApi", { body: unknown })], preview: true },
      { what: "a preflight", made: [make("restMethod", { httpMethod: "OPTIONS", authorization: "NONE" })] },
    ],
  },
  {
    policy: "api-access-logged",
    breaks: [
      { what: "REST", made: [make("restStage", {})] },
      { what: "HTTP", made: [make("httpStage", {})] },
    ],
    keeps: [
      {
        what: "to a log group",
        made: [make("httpStage", { accessLogSettings: { destinationArn: unknown, format: unknown } })],
        preview: true,
      },
    ],
  },
  {
    policy: "api-access-log-structured",
    breaks: [
      {
        what: "Apache's",
        made: [
          make("restStage", { accessLogSettings: { format: "$context.identity.sourceIp [$context.requestTime]" } }),
        ],
      },
    ],
    keeps: [
      {
        what: "JSON",
        made: [
          make("restStage", { accessLogSettings: { format: '{"id":"$context.requestId","status":$context.status}' } }),
        ],
      },
      { what: "no log", made: [make("restStage", {})] },
    ],
  },
  {
    policy: "api-traced",
    breaks: [{ what: "not", made: [make("restStage", {})] }],
    keeps: [{ what: "yes", made: [make("restStage", { xrayTracingEnabled: true })] }],
  },
  {
    policy: "api-validates",
    breaks: [
      { what: "not", made: [make("restMethod", { httpMethod: "POST" })] },
      { what: "not, in a body", made: [described({})], says: /body has no request validator for POST \/orders/ },
    ],
    keeps: [
      { what: "in a body", made: [described({}, { "x-amazon-apigateway-request-validator": "all" })] },
      { what: "yes", made: [make("restMethod", { httpMethod: "POST", requestValidatorId: unknown })], preview: true },
    ],
  },
  {
    policy: "api-throttled",
    breaks: [
      {
        what: "HTTP",
        made: [make("httpStage", { defaultRouteSettings: { throttlingRateLimit: 100 } })],
        says: /defaultRouteSettings is/,
      },
      { what: "REST", made: [make("restStage", { restApi: "abc", stageName: "live" })], says: /no MethodSettings/ },
    ],
    keeps: [
      { what: "HTTP", made: [make("httpStage", { defaultRouteSettings: httpSettings })] },
      {
        what: "REST",
        made: [
          make("restStage", { restApi: "abc", stageName: "live" }),
          make("methodSettings", { restApi: "abc", stageName: "live", methodPath: "*/*", settings: httpSettings }),
        ],
      },
    ],
  },
  {
    policy: "security-group-not-open",
    breaks: [
      {
        what: "SSH",
        made: [
          make("securityGroup", {
            ingress: [{ fromPort: 22, toPort: 22, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }],
          }),
        ],
        says: /lets 0\.0\.0\.0\/0 in, to ports 22 to 22/,
      },
      { what: "a rule of its own", made: [make("ingressRule", { ipProtocol: "-1", cidrIpv6: "::/0" })] },
      {
        what: "an old rule",
        made: [make("securityGroupRule", { type: "ingress", fromPort: 0, toPort: 65535, cidrBlocks: ["0.0.0.0/0"] })],
      },
    ],
    keeps: [
      {
        what: "HTTPS",
        made: [
          make("securityGroup", {
            ingress: [{ fromPort: 443, toPort: 443, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }],
          }),
        ],
      },
      {
        what: "the way out",
        made: [
          make("securityGroup", { egress: [{ fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] }),
        ],
      },
    ],
  },
  {
    policy: "security-group-egress-named",
    breaks: [
      {
        what: "everything",
        made: [
          make("securityGroup", { egress: [{ fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] }),
        ],
      },
    ],
    keeps: [
      {
        what: "HTTPS to a prefix list",
        made: [
          make("securityGroup", { egress: [{ fromPort: 443, toPort: 443, protocol: "tcp", prefixListIds: ["pl-1"] }] }),
        ],
      },
    ],
  },
];
