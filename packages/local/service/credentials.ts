// Temporary credentials of a role, as functions have them and as STS gives them.
import { randomBytes } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Access keys have 20 characters, and begin with ASIA where they are temporary. */
const keyLength = 20;

/** `prefix` begins the access key, and consists of the characters of access keys. */
export const newCredentials = (prefix = "ASIA"): Credentials => ({
  accessKeyId: `${prefix}${keyCharacters(keyLength - prefix.length)}`,
  secretAccessKey: randomBytes(30).toString("base64"),
  sessionToken: randomBytes(96).toString("base64"),
});

/** Access key ids consist of A to Z and 2 to 7. */
function keyCharacters(count: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join("");
}
