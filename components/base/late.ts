// What later calls add to a resource that is created in a constructor: collected until the program's synchronous
// stretch ends.
import * as pulumi from "@pulumi/pulumi";

/**
 * A list that is still open when the resource that needs it is created: the statements of a queue's policy, added by
 * each subscriber. It closes at the end of the synchronous stretch in which it was made, so that nothing is created
 * inside `apply` and the first preview shows the resource.
 */
export class Late<T> {
  private readonly items: T[] = [];
  private closed = false;
  private readonly collected: Promise<readonly T[]>;

  constructor(
    private readonly what: string,
    private readonly owner: pulumi.Resource,
  ) {
    this.collected = new Promise((resolve) =>
      setImmediate(() => {
        this.closed = true;
        resolve(this.items);
      }),
    );
  }

  /**
   * Throws a ResourceError after the list has closed: an addition that is dropped in silence would be, for a policy,
   * every delivery refused.
   */
  add(item: T): void {
    if (this.closed) {
      throw new pulumi.ResourceError(
        `${this.what} was added after the program had awaited something; add it in the same synchronous code in ` +
          "which its owner is created.",
        this.owner,
        true,
      );
    }
    this.items.push(item);
  }

  /** Resolves what `make` builds of the complete list. */
  resolve<U>(make: (items: readonly T[]) => pulumi.Input<U>): pulumi.Output<pulumi.Unwrap<U>> {
    return pulumi.output(this.collected.then((items) => make(items) as pulumi.Unwrap<U>)) as pulumi.Output<
      pulumi.Unwrap<U>
    >;
  }
}
