// The sessions of roles that STS has given credentials for.
import type { Principal } from "../service/ask";
import { type Credentials, newCredentials } from "../service/credentials";

interface Session {
  readonly principal: Principal;
  /** Milliseconds since the epoch, on the run's clock. */
  readonly expiresAt: number;
}

/**
 * Each access key of a session begins with it, so that the key of an earlier run is not taken for the user's own, which
 * has full access.
 */
const prefix = "ASIASPILLWAY";

export class Sessions {
  readonly #sessions = new Map<string, Session>();

  constructor(readonly now: () => number) {}

  start(roleArn: string, sessionName: string, expiresAt: number): Credentials {
    for (const [key, session] of this.#sessions) if (session.expiresAt <= this.now()) this.#sessions.delete(key);
    const credentials = newCredentials(prefix);
    this.#sessions.set(credentials.accessKeyId, { principal: { kind: "role", roleArn, sessionName }, expiresAt });
    return credentials;
  }

  /** The owner of an access key; undefined for a key that belongs to no session. */
  identify(accessKeyId: string | undefined): Principal | undefined {
    if (!accessKeyId?.startsWith(prefix)) return undefined;
    const session = this.#sessions.get(accessKeyId);
    return session === undefined || session.expiresAt <= this.now() ? { kind: "expired" } : session.principal;
  }
}
