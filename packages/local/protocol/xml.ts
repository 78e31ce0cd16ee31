// Writes XML: the members of a structure in AWS's order and under AWS's names.
import type { Message } from "../service/ask";
import { isStructure, membersOf, type NamedMember } from "./shapes";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** It also escapes characters that XML readers would normalise. */
const escapeXml = (text: string) => text.replace(/[&<>"]/g, (each) => escapes[each] ?? each).replace(/\r/g, "&#xD;");

/** Returns `<name>value</name>`, or nothing for an undefined value. */
export const element = (name: string, value: unknown): string =>
  value === undefined || value === null ? "" : `<${name}>${escapeXml(String(value))}</${name}>`;

/** Writes each member that belongs in the body as an element. */
export const xmlOf = (service: string, structure: string | undefined, values: Message): string =>
  membersOf(service, structure)
    .filter((member) => member.in === undefined)
    .map((member) => memberXml(service, member, values[member.member]))
    .join("");

function memberXml(service: string, member: NamedMember, value: unknown): string {
  if (value === undefined || value === null) return "";
  const { name, type, flat } = member;
  const one = (tag: string, each: unknown) =>
    isStructure(member) ? `<${tag}>${xmlOf(service, type, each as Message)}</${tag}>` : element(tag, each);
  const wrapped = (inner: string) => (flat ? inner : `<${name}>${inner}</${name}>`);
  if (member.element !== undefined) {
    const tag = flat ? name : member.element;
    return wrapped((value as readonly unknown[]).map((each) => one(tag, each)).join(""));
  }
  const { key, value: valueName } = member;
  if (key === undefined || valueName === undefined) return one(name, value);
  const tag = flat ? name : "entry";
  const entries = Object.entries(value as Message).map(
    ([each, held]) => `<${tag}>${element(key, each)}${one(valueName, held)}</${tag}>`,
  );
  return wrapped(entries.join(""));
}
