// Values as a program and the engine exchange them, and as plain data: without secrets' wrappers, and assets as their
// paths.
import { unknown, type Value } from "../graph";

/** Signatures of the wire format: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
/** The text that replaces a value that only the deployment will know. */
export const unknownOnTheWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Wire = Readonly<Record<string, unknown>>;

/** The plain form of a value. */
export function plainOf(value: unknown): Value {
  if (value === unknownOnTheWire) return unknown;
  if (typeof value !== "object" || value === null) return (value ?? null) as Value;
  if (Array.isArray(value)) return value.map(plainOf);
  const object = value as Wire;
  switch (object[signature]) {
    case undefined:
      return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, plainOf(member)]));
    case secretSignature:
      return plainOf(object.value);
    case assetSignature:
      return typeof object.path === "string" ? { file: object.path } : { text: plainOf(object.text ?? object.uri) };
    case archiveSignature:
      return typeof object.path === "string"
        ? { archive: object.path }
        : { assets: plainOf(object.assets ?? object.uri) };
    case resourceSignature:
      // A reference to a resource becomes its id, or its URN where it has no id (a component).
      return plainOf(object.id ?? object.urn);
    default:
      return Object.fromEntries(
        Object.entries(object)
          .filter(([key]) => key !== signature)
          .map(([key, member]) => [key, plainOf(member)]),
      );
  }
}

/** Whether the value contains a secret. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return (value as Wire)[signature] === secretSignature || Object.values(value).some(holdsSecret);
}

/** The form in which a plain value is sent to the engine. */
export function wireOf(value: Value): unknown {
  if (value === unknown) return unknownOnTheWire;
  if (Array.isArray(value)) return value.map(wireOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wireOf(member as Value)]));
}
