// The face `spillway/network`: a network without a way out. Functions in it reach the services that they call, and
// nothing else. It is longer than others because the rules and endpoints of one VPC belong together.
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as vpc from "@pulumi/aws/vpc";
import { Vpc } from "@pulumi/awsx/ec2/vpc";
import * as pulumi from "@pulumi/pulumi";
import { functionDefaults } from "./function/defaults";
import type { FunctionNetwork, NetworkAttachment } from "./function/network";
import type { Statement } from "./iam/statement";
import { checkNetwork, type NetworkArgs, networkDefaults } from "./network/args";
import { createFlowLog } from "./network/flow-log";
import { gatewayServices, servicesCalled } from "./network/services";

export type { NetworkArgs } from "./network/args";

/** The child resources of a `Network`, by their roles. */
export interface NetworkNodes {
  /** With its subnets and route tables. */
  readonly vpc: Vpc;
  /** The security group of the functions. */
  readonly functionsGroup: ec2.SecurityGroup;
  /** The security group of the interface endpoints. */
  readonly endpointsGroup: ec2.SecurityGroup;
  /** The endpoints that exist so far, by the services, as `dynamodb` or `sqs`. */
  readonly endpoints: ReadonlyMap<string, ec2.VpcEndpoint>;
  /** The log of refused traffic. */
  readonly flowLog: ec2.FlowLog;
  /** The log group of refused traffic. */
  readonly flowLogGroup: cloudwatch.LogGroup;
}

/** Of the ports, the one that AWS's services listen on. */
const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 } as const;

interface Place {
  readonly accountId: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  readonly partition: pulumi.Output<string>;
}

/**
 * A VPC of isolated subnets, without a NAT gateway, with endpoints for exactly the services that the functions in it
 * call. Hand it to a consumer as `network`. Throws a ResourceError that lists every argument that AWS would refuse.
 */
export class Network extends pulumi.ComponentResource implements FunctionNetwork {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of its isolated subnets, one in each zone. */
  readonly subnetIds: pulumi.Output<string[]>;
  /** Id of the functions' security group: it lets out to the endpoints alone, and nobody in. */
  readonly securityGroupId: pulumi.Output<string>;
  private readonly place: Place;
  /** What every function waits for: a request that is sent before it is there is lost with the whole invocation. */
  private readonly ways: readonly pulumi.Resource[];
  readonly #endpoints = new Map<string, ec2.VpcEndpoint>();
  readonly #nodes: NetworkNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - What is to differ from the defaults. Default: nothing.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:Network", name, {}, opts);
    checkNetwork(name, args, this);
    this.place = {
      accountId: getCallerIdentityOutput({}, { parent: this }).accountId,
      region: getRegionOutput({}, { parent: this }).region,
      partition: getPartitionOutput({}, { parent: this }).partition,
    };
    const isolated = this.createVpc(args);
    this.vpcId = isolated.vpcId;
    this.subnetIds = isolated.isolatedSubnetIds;
    // It admits its members to each other and lets them out to everywhere, until it is emptied.
    new ec2.DefaultSecurityGroup(name, { vpcId: this.vpcId, ingress: [], egress: [] }, { parent: this });
    const functionsGroup = this.createGroup("functions", "Functions: out to the endpoints only");
    const endpointsGroup = this.createGroup("endpoints", "Interface endpoints: in from the functions only");
    this.securityGroupId = functionsGroup.id;
    const routeTableIds = isolated.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
    const gateways = gatewayServices.map((service) => this.createGateway(service, routeTableIds));
    this.ways = [...this.createRules({ functionsGroup, endpointsGroup }, gateways), ...gateways];
    const flow = createFlowLog(`${name}-refused`, {
      vpcId: this.vpcId,
      logRetention: args.logRetention ?? functionDefaults.logRetention,
      kmsKeyArn: args.kmsKeyArn,
      accountId: this.place.accountId,
      parent: this,
    });
    this.#nodes = { vpc: isolated, functionsGroup, endpointsGroup, endpoints: this.#endpoints, ...flow };
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds, securityGroupId: this.securityGroupId });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): NetworkNodes {
    return this.#nodes;
  }

  /**
   * Places a function in the network, and creates the endpoints that it needs and that do not exist yet. Throws a
   * ResourceError if the endpoint of a service is not known.
   * @param calls - What the role of the function is granted. The network leads to the services of these actions.
   */
  readonly attach = (calls: readonly Statement[]): NetworkAttachment => {
    const { services, unknown } = servicesCalled(calls, this.args.services);
    if (unknown.length > 0) {
      throw new pulumi.ResourceError(
        `Network "${this.name}": a function in it calls ${unknown.join(", ")}, and the interface endpoint that ` +
          "serves this is not known here; " +
          'name it by the prefix of the action, as services: { ses: "email" } for com.amazonaws.<region>.email.',
        this,
        true,
      );
    }
    return {
      vpcConfig: { subnetIds: this.subnetIds, securityGroupIds: [this.securityGroupId] },
      statements: this.interfaceStatements(),
      dependsOn: [...this.ways, ...services.map((service) => this.endpointOf(service))],
    };
  };

  private createVpc({ cidrBlock, availabilityZones = networkDefaults.availabilityZones }: NetworkArgs): Vpc {
    return new Vpc(
      this.name,
      {
        cidrBlock: cidrBlock ?? networkDefaults.cidrBlock,
        ...(typeof availabilityZones === "number"
          ? { numberOfAvailabilityZones: availabilityZones }
          : { availabilityZoneNames: [...availabilityZones] }),
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Isolated", name: "isolated" }],
        natGateways: { strategy: "None" },
        // Without both the names of the services would not lead to the endpoints.
        enableDnsHostnames: true,
        enableDnsSupport: true,
      },
      { parent: this },
    );
  }

  private createGroup(what: string, description: string): ec2.SecurityGroup {
    return new ec2.SecurityGroup(`${this.name}-${what}`, { vpcId: this.vpcId, description }, { parent: this });
  }

  private createGateway(service: string, routeTableIds: pulumi.Output<string[]>): ec2.VpcEndpoint {
    const endpoint = new ec2.VpcEndpoint(
      `${this.name}-${service}`,
      {
        vpcId: this.vpcId,
        vpcEndpointType: "Gateway",
        serviceName: this.serviceName(service),
        routeTableIds,
        policy: this.policyOf(),
      },
      { parent: this },
    );
    this.#endpoints.set(service, endpoint);
    return endpoint;
  }

  /** Made for the first function that calls the service. */
  private endpointOf(service: string): ec2.VpcEndpoint {
    const known = this.#endpoints.get(service);
    if (known !== undefined) return known;
    const endpoint = new ec2.VpcEndpoint(
      `${this.name}-${service.replaceAll(".", "-")}`,
      {
        vpcId: this.vpcId,
        vpcEndpointType: "Interface",
        serviceName: this.serviceName(service),
        privateDnsEnabled: true,
        subnetIds: this.subnetIds,
        securityGroupIds: [this.nodes.endpointsGroup.id],
        policy: this.policyOf(),
      },
      { parent: this },
    );
    this.#endpoints.set(service, endpoint);
    return endpoint;
  }

  private createRules(
    { functionsGroup, endpointsGroup }: Pick<NetworkNodes, "functionsGroup" | "endpointsGroup">,
    gateways: readonly ec2.VpcEndpoint[],
  ): pulumi.Resource[] {
    const options = { parent: this };
    const out = { securityGroupId: functionsGroup.id, ...https };
    return [
      new vpc.SecurityGroupEgressRule(
        `${this.name}-to-endpoints`,
        { ...out, referencedSecurityGroupId: endpointsGroup.id, description: "HTTPS to the interface endpoints" },
        options,
      ),
      ...gateways.map(
        ({ prefixListId }, index) =>
          new vpc.SecurityGroupEgressRule(
            `${this.name}-to-${gatewayServices[index]}`,
            { ...out, prefixListId, description: `HTTPS to ${gatewayServices[index]} through its gateway endpoint` },
            options,
          ),
      ),
      new vpc.SecurityGroupIngressRule(
        `${this.name}-from-functions`,
        {
          securityGroupId: endpointsGroup.id,
          ...https,
          referencedSecurityGroupId: functionsGroup.id,
          description: "HTTPS from the functions",
        },
        options,
      ),
    ];
  }

  private serviceName(service: string): pulumi.Input<string> {
    return /(^|\.)(amazonaws|aws)\./.test(service)
      ? service
      : pulumi.interpolate`com.amazonaws.${this.place.region}.${service}`;
  }

  /**
   * Nobody of another account, and nothing in another account: what a stolen credential or a foreign queue would be.
   */
  private policyOf(): pulumi.Output<string> {
    const { accountId } = this.place;
    return pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "OwnAccount",
          Effect: "Allow",
          Principal: "*",
          Action: "*",
          Resource: "*",
          Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
        },
      ],
    });
  }

  /**
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, in the form that it has for resources. Lambda
   * itself makes and removes the interfaces; its requests have no source function, and those of a function's own code
   * have.
   */
  private interfaceStatements(): readonly Statement[] {
    const { partition, region, accountId } = this.place;
    const condition = { Null: { "lambda:SourceFunctionArn": "true" } };
    return [
      {
        condition,
        actions: [
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
        ],
        resources: [pulumi.interpolate`arn:${partition}:ec2:${region}:${accountId}:*/*`],
        onBehalf: true,
      },
      // They know no resource.
      {
        condition,
        actions: ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
        resources: ["*"],
        onBehalf: true,
      },
    ];
  }
}
