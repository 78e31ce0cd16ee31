// What a review warns of first.

export interface Danger {
  /** Data is lost, records are processed again, or less is protected. */
  readonly kind: "data" | "repetition" | "protection";
  /** The present or former URN of the resource. */
  readonly urn: string;
  /** One line of Markdown. */
  readonly text: string;
}
