// What a function needs of the network that it is placed in.
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../iam/statement";

/** A `Network`, or a network of your own that leads to what a function calls. */
export interface FunctionNetwork {
  /**
   * Places a function in the network, which from then on leads to the services whose actions `calls` names. Called
   * while the function is made, in the program's synchronous part.
   * @param calls - What the role of the function is granted. The network leads to the services of these actions.
   */
  attach(calls: readonly Statement[]): NetworkAttachment;
}

/** What a network gives to a function that is placed in it. */
export interface NetworkAttachment {
  /** For the function's `vpcConfig`. */
  readonly vpcConfig: {
    /** Ids of the subnets. */
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Ids of the security groups. */
    readonly securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
  };
  /** What Lambda does with the function's role to place it: network interfaces. */
  readonly statements: readonly Statement[];
  /** What must be there before the function runs, and longer than it. */
  readonly dependsOn: readonly pulumi.Resource[];
}
