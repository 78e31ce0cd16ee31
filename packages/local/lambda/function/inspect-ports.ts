// The port on which each function listens for a debugger. It is the same in each run, as long as the program has the
// same functions.

export class InspectPorts {
  readonly byFunction = new Map<string, number>();

  /** If `first` is undefined, no function listens. */
  constructor(readonly first: number | undefined) {}

  /** Ports are given in the order in which the functions are added. New code of a function keeps its port. */
  of(functionName: string): number | undefined {
    if (this.first === undefined) return undefined;
    const port = this.byFunction.get(functionName) ?? this.first + this.byFunction.size;
    this.byFunction.set(functionName, port);
    return port;
  }
}
