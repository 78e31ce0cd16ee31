// Which frames of a stack are those of the callback's own code.

/** The frames that are shown if none is the callback's. */
export const fewFrames = 3;
/** Frames of Node.js, of packages, of Lambda's runtime and of the consumer. */
const elsewhere =
  /node:|\W(node_modules|var\/runtime|components\/runtime\/(aws|batch|callback|handlers|idempotency|stream))\//;

/** Whether a frame, in places of the sources, is one of the callback's own code. */
export const isOwn = (frame: string): boolean => /:\d+\)?$/.test(frame) && !elsewhere.test(frame);

/**
 * The frames of the callback's own code, or the first frames if there are none. In a bundle without a source map all
 * files are one. Only whoever has the map can tell the callback's frames from the others there.
 * @param frames - The frames of one error, a line each.
 */
export function ownFrames(frames: readonly string[]): readonly string[] {
  const own = frames.filter(isOwn);
  return own[0] ? own : frames.slice(0, fewFrames);
}
