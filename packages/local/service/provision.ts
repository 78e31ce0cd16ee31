// What the local run does with each type of resource of the evaluated program.
import type { GraphResource } from "@spillway/graph";

/** Creates (or updates, when it is there already from an earlier run) the resource on the local servers. Rejects with a message for the user. */
export type Provisioner = (resource: GraphResource) => Promise<void>;

/** Provisioners by type token. */
export type Provisioners = Readonly<Record<string, Provisioner>>;
