// The arguments of an HttpIngress, and what API Gateway allows for them.
import type * as apigateway from "@pulumi/aws/apigateway";
import type * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms } from "../alarms/alarms";
import { ArgumentErrors } from "../base/argument-errors";
import { checkName } from "../base/names";
import type { Operations } from "../base/operations";
import { checkKeys } from "../iam/encryption";
import type { FifoRoute, RouteConsumer } from "./route";

/** The arguments of an `HttpIngress`. */
export interface HttpIngressArgs extends Operations {
  /**
   * The consumer for each method (POST or PUT) and path of fixed parts. A route to a FIFO queue names the message
   * group, for example `$.orderId` of the body, and `messageDeduplicationId` unless the queue derives it.
   * @example { "POST /orders": orders }
   */
  readonly routes: Readonly<Record<`${"POST" | "PUT"} /${string}`, RouteConsumer | FifoRoute>>;
  /**
   * Whether anyone may call the endpoint. Otherwise callers sign with IAM credentials that allow execute-api:Invoke.
   * @default false
   */
  readonly public?: boolean;
  /**
   * How many requests of all routes together are accepted. Callers above that get 429.
   * @default the values below
   */
  readonly throttle?: {
    /**
     * Requests a second, 1 to 10,000.
     * @default 1000
     */
    readonly rateLimit?: number;
    /**
     * Requests at once, 1 to 5,000.
     * @default 2000
     */
    readonly burstLimit?: number;
  };
  /**
   * Whether the endpoint writes one JSON line per request into a log group of its own. There is no execution log. API
   * Gateway needs one role for the whole account and region: `account-role-exists` uses the existing one, `create` sets
   * one, which stays when the stack is destroyed, and `off` writes no log.
   * @default `off`
   */
  readonly logging?: "account-role-exists" | "create" | "off";
  /**
   * Days for which the access log is kept, one of those that CloudWatch Logs allows.
   * @default 30
   */
  readonly logRetention?: number;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the API.
     * @default none
     */
    readonly restApi?: Partial<Omit<apigateway.RestApiArgs, "body" | "policy" | "putRestApiMode">>;
    /**
     * Properties of the stage.
     * @default none
     */
    readonly stage?: Partial<Omit<apigateway.StageArgs, "restApi" | "deployment" | "stageName" | "accessLogSettings">>;
    /**
     * Changes of the alarms of the set `all`.
     * @default none
     */
    readonly alarms?: AlarmOverrides<"serverErrors">;
  };
}

export function checkHttpIngress(name: string, args: HttpIngressArgs, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`HttpIngress "${name}"`);
  checkName(name, errors, [{ what: "role", max: 64, suffix: args.logging === "create" ? "-logging" : "" }]);
  checkKeys(args, errors);
  checkAlarms(args.overrides?.alarms, errors);
  checkRoutes(args.routes, errors);
  errors.integer("throttle.rateLimit", args.throttle?.rateLimit, {
    min: 1,
    max: 10_000,
    unit: "requests/s",
    rule: "API Gateway allows",
  });
  errors.integer("throttle.burstLimit", args.throttle?.burstLimit, {
    min: 1,
    max: 5000,
    unit: "requests",
    rule: "API Gateway allows",
  });
  errors.throwIfAny(owner);
}

function checkRoutes(routes: HttpIngressArgs["routes"], errors: ArgumentErrors): void {
  const entries = Object.entries(routes);
  if (entries.length === 0) errors.add('routes is empty; give at least one, as { "POST /orders": orders }.');
  const names = new Map<string, string>();
  for (const [key, route] of entries) {
    // Models are named by the letters and digits of a route.
    const name = key.toLowerCase().replace(/[^a-z0-9]/g, "");
    const other = names.get(name);
    names.set(name, key);
    if (other !== undefined) {
      errors.add(
        `routes "${other}" and "${key}" have the same letters and digits, by which models are named; rename one.`,
      );
    }
    if (!/^(POST|PUT) (\/[A-Za-z0-9._-]+)+$/.test(key)) {
      errors.add(
        `routes has "${key}"; a route is POST or PUT and a path of fixed parts, as "POST /orders" (a path ` +
          "parameter would not reach the queue).",
      );
    }
    checkTarget(key, route, errors);
  }
}

function checkTarget(key: string, route: RouteConsumer | FifoRoute, errors: ArgumentErrors): void {
  const fifo = "consumer" in route ? route.consumer.fifo : route.fifo;
  if (fifo && !("consumer" in route)) {
    errors.add(
      `"${key}" feeds a FIFO queue, whose messages need a group; give { consumer, messageGroupId: "$.customerId" }.`,
    );
  }
  if (
    "consumer" in route &&
    route.messageDeduplicationId === undefined &&
    route.consumer.contentBasedDeduplication === false
  ) {
    errors.add(
      `"${key}" gives no messageDeduplicationId, and its queue derives none from the content; give ` +
        `messageDeduplicationId: "$.id", or the queue contentBasedDeduplication.`,
    );
  }
  if ("consumer" in route && !fifo) {
    errors.add(`"${key}" gives a message group for a standard queue; give the consumer alone.`);
  }
  for (const path of "consumer" in route ? [route.messageGroupId, route.messageDeduplicationId] : []) {
    if (path !== undefined && !/^\$(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(path)) {
      errors.add(`"${key}" has the JSONPath "${path}"; give property names only, as "$.customerId".`);
    }
  }
}
