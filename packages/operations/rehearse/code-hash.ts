// Which code a consumer's function has, as Lambda tells.
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Clients } from "../stack/clients";
import type { Consumer } from "../stack/stack";

/** The SHA-256 of the archive in base64. */
export async function codeHashOf(
  { lambda }: Pick<Clients, "lambda">,
  { functionName: FunctionName }: Consumer,
): Promise<string | undefined> {
  return (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).CodeSha256;
}
