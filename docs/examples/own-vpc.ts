// A function in a VPC that exists already: it reaches a database there.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type FunctionNetwork, QueueConsumer } from "spillway";
import { reviewOrder } from "./callbacks";

const config = new pulumi.Config();
const vpcId = config.get("vpcId") ?? "vpc-0a1b2c3d";
const subnetIds = config.getObject<string[]>("subnetIds") ?? ["subnet-0a1b2c3d", "subnet-4e5f6a7b"];
const group = new aws.ec2.SecurityGroup("functions", { vpcId, description: "Functions of the shop" });
const out = new aws.vpc.SecurityGroupEgressRule("functions-https", {
  securityGroupId: group.id,
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
  cidrIpv4: "0.0.0.0/0", // through the VPC's NAT gateway, or to its endpoints
});

const network: FunctionNetwork = {
  attach: () => ({
    vpcConfig: { subnetIds, securityGroupIds: [group.id] },
    statements: [
      {
        actions: [
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
        ],
        resources: ["*"],
        condition: { Null: { "lambda:SourceFunctionArn": "true" } }, // for Lambda, and not for the function's code
        onBehalf: true,
      },
    ],
    dependsOn: [out],
  }),
};

new QueueConsumer("review", { callback: reviewOrder, network });
