// The options that several commands have, and how values of options are read.
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Value } from "@spillway/graph";

type Outputs = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** The program, unless it is named. */
export const usualProgram = "index.ts";

export const programOption = () =>
  new Option("--program <FILE>", "the program; Pulumi.yaml is looked for in its folder and above")
    .argParser(notEmpty)
    .default(usualProgram);

export const stackOption = () =>
  new Option("--stack <NAME>", "reads Pulumi.<NAME>.yaml").argParser(stackName).default("dev");

export const configOption = () =>
  new Option("--config <KEY=VALUE>", "overrides a value of the stack; may be repeated").argParser(keyAndValue);

export const stackOutputOption = () =>
  new Option(
    "--stack-output <STACK:OUTPUT=VALUE>",
    "what a StackReference to that stack returns, as JSON or as text; may be repeated",
  ).argParser(stackOutput);

export const outputOption = () => new Option("--output <FILE>", "writes there and not to stdout").argParser(notEmpty);

/** Examples below the help of a command: each line with what it does. */
export function examples(lines: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(lines).map((line) => line.length));
  const shown = Object.entries(lines).map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  return `\n${shown.length === 1 ? "Example" : "Examples"}:\n${shown.join("\n")}`;
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Allowed are whole numbers from ${min} to ${max}.`);
    }
    return value;
  };
}

export function notEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It is empty; leave the option out for its default.");
  return text;
}

export function stackName(text: string): string {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(text)) {
    throw new InvalidArgumentError("A stack's name has letters, digits, hyphens, underscores and periods.");
  }
  return text;
}

function keyAndValue(text: string, former: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Give KEY=VALUE, as --config publicEndpoint=true.");
  return { ...former, [text.slice(0, at)]: text.slice(at + 1) };
}

function stackOutput(text: string, former: Outputs = {}): Outputs {
  const [, stack = "", output = "", value = ""] = /^([^:=]+):([^=]+)=(.*)$/s.exec(text) ?? [];
  if (stack === "") {
    const example = "--stack-output acme/network/prod:vpcId=vpc-1";
    throw new InvalidArgumentError(`Give STACK:OUTPUT=VALUE, as ${example}.`);
  }
  return { ...former, [stack]: { ...former[stack], [output]: jsonOrText(value) } };
}

function jsonOrText(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
