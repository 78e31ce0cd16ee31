// What the local run does with each type of resource of the evaluated program.
import type { GraphResource } from "@spillway/graph";

/**
 * Creates the resource on the local servers, or updates it if an earlier run has created it. Rejects with a message for
 * the user.
 */
export type Provisioner = (resource: GraphResource) => Promise<void>;

/** Provisioners by type token. */
export type Provisioners = Readonly<Record<string, Provisioner>>;
