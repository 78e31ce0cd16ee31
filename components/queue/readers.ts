// Which consumers read a queue, within one program.
import * as pulumi from "@pulumi/pulumi";

/** Kept by the program's stack, because several programs may be evaluated in one process. */
const readers = new WeakMap<object, Map<pulumi.Input<string>, string>>();
const withoutStack = {};

/**
 * Notes that the consumer reads the queue, unless another one does: then answers that one's name. A queue is known by
 * its ARN, as a text or as the very output of the queue.
 */
export function otherReaderOf(queueArn: pulumi.Input<string>, consumer: string): string | undefined {
  const program = pulumi.runtime.getStackResource() ?? withoutStack;
  const known = readers.get(program) ?? new Map<pulumi.Input<string>, string>();
  readers.set(program, known);
  const other = known.get(queueArn);
  if (other === undefined) known.set(queueArn, consumer);
  return other;
}
