// What a component may be called, so that the names of all that it creates fit AWS's limits together with project and
// stack.
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "./argument-errors";

/** What a component creates under a name of its own, made of the component's. */
export interface Named {
  /** As `function`. */
  readonly what: string;
  /** Characters that AWS allows. */
  readonly max: number;
  /** What follows the component's name in the resource's. */
  readonly suffix?: string;
  /** What follows the whole name on AWS. */
  readonly ending?: string;
  /** Whether it is a component itself, which checks its name, too. */
  readonly isComponent?: boolean;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const namesOfFunction: readonly Named[] = [
  { what: "function", max: 64 },
  { what: "role", max: 64 },
];

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html, `.fifo` among them.
 */
export function nameOfQueue(fifo: boolean): Named {
  return { what: "queue", max: 80, ...(fifo && { ending: ".fifo" }) };
}

export function nameOfDeadLetters(fifo: boolean): Named {
  return { ...nameOfQueue(fifo), what: "dead-letter queue", suffix: "-dead-letters", isComponent: true };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html, `.fifo` among them. */
export function nameOfTopic(fifo: boolean): Named {
  return { what: "topic", max: 256, ...(fifo && { ending: ".fifo" }) };
}

/** What `pulumi:autonaming` in Pulumi.yaml puts around a resource's name: `${project}-${stack}-${name}-${hex(7)}`. */
const around = ({ project, stack }: Place) => `${project}-${stack}-`.length + "-0123456".length;

interface Place {
  readonly project: string;
  readonly stack: string;
}

/**
 * Adds what is wrong with a component's name. One that is only too long is said once the program's synchronous part is
 * over, together with all others of the program, so that a new project or stack does not show them one by one.
 */
export function checkName(name: string, errors: ArgumentErrors, named: readonly Named[] = []): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    errors.add(
      `the name "${name}" cannot name queues and functions; use letters, digits, hyphens and underscores, a letter first.`,
    );
    return;
  }
  const place = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const [tightest] = named
    .map((each) => ({ ...each, left: leftFor(each, place) }))
    .sort((one, other) => one.left - other.left);
  if (tightest === undefined || name.length <= tightest.left) return;
  const parts = named.flatMap(({ isComponent, suffix = "" }) => (isComponent === true ? [name + suffix] : []));
  errors.addLongName({ name, reason: reasonOf(name, tightest, place), parts });
}

/** Characters that project, stack and what is added leave to the component's name. */
function leftFor({ max, suffix = "", ending = "" }: Named, place: Place): number {
  return max - around(place) - suffix.length - ending.length;
}

function reasonOf(name: string, { what, max, left }: Named & { readonly left: number }, place: Place): string {
  const { project, stack } = place;
  const long = max - left + name.length;
  return left < 1
    ? `its ${what}'s name would have ${long} characters; AWS allows ${max}, and the project "${project}" and the ` +
        `stack "${stack}" leave none for its own. Give the stack a shorter name.`
    : `its name has ${name.length} characters, and its ${what}'s would have ${long}; AWS allows ${max}, of which ` +
        `the project "${project}" and the stack "${stack}" leave ${left}. Give it a shorter name.`;
}
