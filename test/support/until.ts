// Waits for what happens elsewhere: in another process, in a queue, on a disk.

/**
 * How long it may take on a machine that is busy with something else; whoever waits goes on at once when it has come.
 */
const patience = 240_000;

/** Asks until the answer is true; rejects after four minutes. */
export async function until(holds: () => unknown, what = "what the test waits for"): Promise<void> {
  const end = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It never came that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
