// The credentials of the functions. Each function has a key of its role, by which the run knows the sender of a
// request.
import type { Principal } from "../../service/ask";
import { type Credentials, newCredentials } from "../../service/credentials";

export class CredentialStore {
  readonly #byFunction = new Map<string, Credentials>();
  readonly #principals = new Map<string, Principal>();

  /** The key is the same for every environment of the function, as long as the function keeps its role. */
  of(functionName: string, roleArn: string): Credentials {
    const key = `${functionName} ${roleArn}`;
    const known = this.#byFunction.get(key);
    if (known !== undefined) return known;
    const credentials = newCredentials();
    this.#byFunction.set(key, credentials);
    this.#principals.set(credentials.accessKeyId, { kind: "function", functionName, roleArn });
    return credentials;
  }

  /**
   * Finds the owner of a key: a function, or otherwise the user. A request without a key is anonymous. `sender` is the
   * key of the function whose process sent the request. That process has no other key to sign with.
   */
  identify(accessKeyId: string | undefined, sender?: string): Principal {
    if (accessKeyId === undefined) return { kind: "anonymous" };
    const signed = this.#principals.get(accessKeyId);
    if (signed !== undefined) return signed;
    const by = sender === undefined ? undefined : this.#principals.get(sender);
    return by?.kind === "function"
      ? { kind: "stranger", functionName: by.functionName, accessKeyId }
      : { kind: "user" };
  }
}
