// Which function listens for a debugger on which port: the same in each run, as long as the program has the same
// functions.

export class InspectPorts {
  readonly byFunction = new Map<string, number>();

  /** `first`: undefined, no function listens. */
  constructor(readonly first: number | undefined) {}

  /** In the order in which the functions came; code that replaces other code keeps its port. */
  of(functionName: string): number | undefined {
    if (this.first === undefined) return undefined;
    const port = this.byFunction.get(functionName) ?? this.first + this.byFunction.size;
    this.byFunction.set(functionName, port);
    return port;
  }
}
