// A program of docs/examples/, as a reader looks at it: its resources by their names, and who may do what.
import { strict as assert } from "node:assert";
import type { Graph, GraphResource, Value } from "@spillway/graph";

export class Example {
  constructor(readonly graph: Graph) {}

  /** AWS's resource of a type, by the last part of its token, and a name. */
  the(type: string, name: string): GraphResource {
    const found = this.all(type).filter((each) => each.name === name);
    assert.equal(found.length, 1, `one ${type} ${name}, not ${found.length}`);
    return found[0] ?? assert.fail();
  }

  all(type: string): readonly GraphResource[] {
    return this.graph.resources.filter((each) => each.custom && each.type.endsWith(`:${type}`));
  }

  output(type: string, name: string, output: string): Value | undefined {
    return this.the(type, name).outputs[output];
  }

  arn(type: string, name: string): string {
    return String(this.output(type, name, "arn"));
  }

  /** What the consumer's function is told. */
  settings(consumer: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    const { variables } = this.the("Function", consumer).inputs.environment as { variables: { SPILLWAY: string } };
    return JSON.parse(variables.SPILLWAY);
  }

  /** The actions that the function may do on what is named. */
  allowed(consumer: string, resource: string): readonly string[] {
    return statementsOf(this.the("RolePolicy", consumer))
      .filter(({ Resource }) => [Resource].flat().includes(resource))
      .flatMap(({ Action }) => Action);
  }

  /** Who may send to the queue, by the source's ARN. */
  senders(queue: string): readonly unknown[] {
    return statementsOf(this.the("QueuePolicy", queue)).flatMap(({ Condition }) => {
      const { ArnEquals } = Condition as { readonly ArnEquals?: Readonly<Record<string, string>> };
      return ArnEquals === undefined ? [] : [ArnEquals["aws:SourceArn"]];
    });
  }
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

export function statementsOf({ inputs }: GraphResource): readonly Statement[] {
  return JSON.parse(String(inputs.policy)).Statement;
}
