// The stack of an error as people read it: without the frames that say nothing about their own code.
import { fewFrames, isOwn } from "../runtime/callback/frames";

const isFrame = (line: string | undefined) => line !== undefined && /^\s+at /.test(line);

/** Frames that say nothing at all: of the consumer, of Lambda's runtime, and of how Node.js runs promises. */
const silent = /processTicks|\W(node_modules\/spillway|var\/runtime|components\/runtime)\//;
/** The name of a function that only the minified bundle has, in front of its place. */
const minified = /( at (?:async |new )?)[\w$]{1,2}(?:\.[\w$]{1,2})? \((?!node:)(.*)\)$/;

/** If none is the user's own, some of packages and of Node.js. */
function toldOf(frames: readonly string[]): readonly string[] {
  const own = frames.filter(isOwn);
  if (own.length > 0) return own;
  const others = frames.filter((frame) => !silent.test(frame));
  return others.slice(0, fewFrames).map((frame) => frame.replace(minified, "$1$2"));
}

/**
 * Removes the frames of Node.js, of packages and of the consumer, as the reason of a dead letter leaves them out. An
 * error of which nothing is left keeps the first three frames of Node.js and of packages, without names that only the
 * minified bundle has.
 * @param stack - The frames of an error and of its causes, with or without their headings. Places in a bundle have to
 * be decoded before, because nothing tells one from another.
 */
export function trimStack(stack: string): string {
  const trimmed: string[] = [];
  let frames: string[] = [];
  for (const line of [...stack.split("\n"), undefined]) {
    if (line !== undefined && isFrame(line)) {
      frames.push(line);
      continue;
    }
    trimmed.push(...toldOf(frames));
    frames = [];
    if (line !== undefined) trimmed.push(line);
  }
  return trimmed.join("\n");
}
