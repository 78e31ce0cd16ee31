// Lets one loop wait until another part of the run has something for it.

export class Wake {
  #isWoken = false;
  #resume: () => void = () => {};

  /** Ends the wait. If nothing waits, the next wait ends at once. */
  wake(): void {
    this.#isWoken = true;
    this.#resume();
  }

  /** Waits until it is woken, until the signal aborts, or for so many milliseconds of real time. */
  async wait(stop: AbortSignal, milliseconds?: number): Promise<void> {
    if (!this.#isWoken && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const timer = milliseconds === undefined ? undefined : setTimeout(() => this.#resume(), milliseconds);
        const end = () => {
          clearTimeout(timer);
          stop.removeEventListener("abort", end);
          this.#resume = () => {};
          resolve();
        };
        this.#resume = end;
        stop.addEventListener("abort", end, { once: true });
      });
    }
    this.#isWoken = false;
  }
}
