// The resources of a program whose functions run only when something invokes them: nothing polls, no schedule comes.
import type { GraphResource } from "@spillway/graph";

/** Switches off what starts by itself: event source mappings, schedules, and rules with a schedule. */
export function atRest(resources: readonly GraphResource[]): readonly GraphResource[] {
  return resources.map((resource) => {
    const off = switchedOff(resource);
    return off === undefined ? resource : { ...resource, inputs: { ...resource.inputs, ...off } };
  });
}

/** Switches off schedules, and rules with a schedule: they run only when somebody runs them. */
export function unscheduled(resources: readonly GraphResource[]): readonly GraphResource[] {
  const isMapping = ({ type }: GraphResource) => type === "aws:lambda/eventSourceMapping:EventSourceMapping";
  return resources.map((resource) => (isMapping(resource) ? resource : (atRest([resource])[0] ?? resource)));
}

function switchedOff({ type, inputs }: GraphResource): GraphResource["inputs"] | undefined {
  switch (type) {
    case "aws:lambda/eventSourceMapping:EventSourceMapping":
      return { enabled: false };
    case "aws:scheduler/schedule:Schedule":
      return { state: "DISABLED" };
    case "aws:cloudwatch/eventRule:EventRule":
      return inputs.scheduleExpression === undefined ? undefined : { state: "DISABLED" };
    default:
      return undefined;
  }
}
