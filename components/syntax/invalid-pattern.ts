// What is wrong with a pattern or a filter policy.

/**
 * Thrown for what AWS would refuse. `reason` is in AWS's words where they are known; the message says the place, too.
 */
export class InvalidPattern extends Error {
  override readonly name = "InvalidPattern";

  constructor(
    readonly reason: string,
    path = "",
  ) {
    super(path === "" ? reason : `${path}: ${reason}`);
  }
}
