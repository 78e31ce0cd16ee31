// The graph of a program written in a test, and ways into it.
import { strict as assert } from "node:assert";
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { matchFormer } from "@spillway/graph/read/aliases";
import { type EvaluationSettings, recordProgram } from "@spillway/graph/record";

export class Recorded {
  private constructor(readonly graph: Graph) {}

  static async of(run: () => unknown, settings: EvaluationSettings = {}): Promise<Recorded> {
    return new Recorded(await recordProgram(run, { config: { "aws:region": "eu-west-1" }, ...settings }));
  }

  /**
   * The program as it is deployed after another one: what an alias keeps has the names and ids that AWS made up then.
   */
  static async after(before: Recorded, run: () => unknown, settings: EvaluationSettings = {}): Promise<Recorded> {
    const { graph } = await Recorded.of(run, settings);
    return Recorded.of(run, { ...settings, createdAs: matchFormer(graph, before.graph) });
  }

  /** The one resource of the type and, where given, the name. */
  one(type: string, name?: string): GraphResource {
    const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
    assert.equal(found.length, 1, `one ${type} ${name ?? ""}, not ${found.length}`);
    return found[0] ?? assert.fail();
  }

  all(type: string): readonly GraphResource[] {
    return this.graph.resources.filter((resource) => resource.type === type);
  }

  /** An input that holds JSON, parsed. */
  json(type: string, name: string, input: string): Record<string, Value> {
    return JSON.parse(String(this.one(type, name).inputs[input]));
  }
}

/** The message with which the program is refused. */
export async function refusal(run: () => unknown): Promise<string> {
  try {
    await recordProgram(run, { config: { "aws:region": "eu-west-1" } });
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("the program was not refused");
}
