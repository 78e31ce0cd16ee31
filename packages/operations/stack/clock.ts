// AWS's clock, as its answers tell it: this machine's may be minutes ahead or behind.

/** As much of a client of the AWS SDK as is needed here. */
export interface Timed {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<{ readonly response: unknown }>,
      ) => (args: object) => Promise<{ readonly response: unknown }>,
      options: { readonly step: "finalizeRequest"; readonly name: string },
    ): void;
  };
}

export class AwsClock {
  /** Milliseconds by which AWS's clock is ahead of this machine's. */
  #ahead = 0;

  /** Milliseconds since the epoch, up to about a second behind AWS's clock. Before the first answer: this machine's. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Reads the header `Date` of each answer. Its seconds are cut off, so what happens after the answer is later. */
  watch(client: Timed): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { headers = {} } = (answer.response ?? {}) as { readonly headers?: Readonly<Record<string, string>> };
        const at = Date.parse(headers.date ?? headers.Date ?? "");
        if (!Number.isNaN(at)) this.#ahead = at - Date.now();
        return answer;
      },
      { step: "finalizeRequest", name: "readAwsClock" },
    );
  }
}
