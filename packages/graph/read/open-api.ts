// The methods in the `body` of a REST API, which is an OpenAPI document with the extensions of API Gateway.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
import type { Value } from "../graph";

export type Members = { readonly [name: string]: Value };

export interface DescribedMethod {
  /** `/orders`, with variables as `{id}`. */
  readonly path: string;
  /** The method in capitals; `ANY` for all methods. */
  readonly httpMethod: string;
  /** `NONE`, `AWS_IAM`, or another authorization that the document requires. */
  readonly authorization: string;
  /** `x-amazon-apigateway-integration`. */
  readonly integration: Members;
  readonly operation: Members;
}

const anyMethod = "x-amazon-apigateway-any-method";

/**
 * The document; undefined where there is none, or where a preview does not know it. Throws an Error for a body that is
 * not JSON.
 */
export function documentOf(body: Value | undefined): Members | undefined {
  if (typeof body !== "string" || body === "" || body.includes("\u0000")) return undefined;
  try {
    return membersOf(JSON.parse(body));
  } catch {
    throw new Error(
      "the body of a REST API is not JSON; give the OpenAPI document as JSON, because YAML is not read here",
    );
  }
}

export function methodsOf(document: Members | undefined): readonly DescribedMethod[] {
  return Object.entries(membersOf(document?.paths)).flatMap(([path, item]) =>
    Object.entries(membersOf(item)).map(([name, value]) => {
      const operation = membersOf(value);
      return {
        path,
        httpMethod: name === anyMethod ? "ANY" : name.toUpperCase(),
        authorization: authorizationOf(document ?? {}, operation),
        integration: membersOf(operation["x-amazon-apigateway-integration"]),
        operation,
      };
    }),
  );
}

/** The schema of a request body with this content type. */
export function bodySchemaOf(
  document: Members,
  operation: Members,
  contentType = "application/json",
): Members | undefined {
  const { schema } = membersOf(membersOf(membersOf(operation.requestBody).content)[contentType]);
  if (schema === undefined) return undefined;
  const { $ref } = membersOf(schema);
  const [, name] = /^#\/components\/schemas\/([A-Za-z0-9]+)$/.exec(String($ref)) ?? [];
  return membersOf(name === undefined ? schema : membersOf(membersOf(document.components).schemas)[name]);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html */
function authorizationOf(document: Members, operation: Members): string {
  const { type } = membersOf(operation["x-amazon-apigateway-auth"]);
  if (typeof type === "string") return type.toUpperCase();
  const schemes = membersOf(membersOf(document.components).securitySchemes);
  const [required] = (operation.security ?? document.security ?? []) as readonly Value[];
  const [name] = Object.keys(membersOf(required));
  if (name === undefined) return "NONE";
  const kind = membersOf(schemes[name])["x-amazon-apigateway-authtype"];
  return kind === "awsSigv4" ? "AWS_IAM" : String(kind ?? `security scheme ${name}`);
}

export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
