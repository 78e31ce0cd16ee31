// An item as the stream of its table has it, made the plain values that DynamoDB's document client gives.
import { type NativeAttributeValue, NumberValueImpl, unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue } from "aws-lambda";

type Image = Readonly<Record<string, AttributeValue>>;

/** Bytes are Uint8Array, sets are Set, and numbers keep all their digits. */
export function plainImage(image: Image): Record<string, NativeAttributeValue> {
  return unmarshall(withBytes(image) as Parameters<typeof unmarshall>[0], { wrapNumbers: exactNumber });
}

function withBytes(image: Image): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeWithBytes(value)]));
}

/** Lambda's event is JSON, where bytes are base64: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
function attributeWithBytes(value: AttributeValue): unknown {
  const { B, BS, L, M } = value;
  if (B !== undefined) return { B: bytesOf(B) };
  if (BS !== undefined) return { BS: BS.map(bytesOf) };
  if (L !== undefined) return { L: L.map(attributeWithBytes) };
  if (M !== undefined) return { M: withBytes(M) };
  return value;
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** A decimal of so many characters comes back from a number as it was, whatever its digits. */
const alwaysExact = 15;

/**
 * DynamoDB keeps 38 digits, a number 15 to 17: what it cannot hold is a bigint where it is whole, as without
 * `wrapNumbers`, and otherwise a NumberValue, which the document client takes and gives.
 */
function exactNumber(text: string): number | bigint | NumberValueImpl {
  const number = Number(text);
  const isSmall = Math.abs(number) <= Number.MAX_SAFE_INTEGER;
  if (isSmall && (text.length <= alwaysExact || digitsOf(text) === digitsOf(String(number)))) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : NumberValueImpl.from(text);
}

/** The same for all ways to write a number: `1.50` and `15e-1` are `15e-1`. */
function digitsOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
