// An error that arises in an output, and reaches the user in its own words.
import * as pulumi from "@pulumi/pulumi";

/**
 * Pulumi writes `error serializing property "…": ` before the message of what a property rejects with, once for each
 * property and component that it passes: four to seven times until it is shown. This one keeps its message.
 */
export class OutputError extends pulumi.ResourceError {
  constructor(message: string, resource: pulumi.Resource) {
    super(message, resource, true);
    Object.defineProperty(this, "message", { get: () => message, set: () => {} });
  }
}
