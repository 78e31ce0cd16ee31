// The stack of an error as people read it: without the frames that say nothing about their own code.
import { ownFrames } from "../runtime/callback/frames";

const isFrame = (line: string | undefined) => line !== undefined && /^\s+at /.test(line);

/**
 * Removes the frames of Node.js, of packages and of the consumer, as the reason of a dead letter leaves them out. An
 * error of which nothing is left keeps its first three frames.
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
    trimmed.push(...ownFrames(frames));
    frames = [];
    if (line !== undefined) trimmed.push(line);
  }
  return trimmed.join("\n");
}
