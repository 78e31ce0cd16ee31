// Security groups.
import { at, listOf, type Plain, type Properties, textsOf } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

const group = "aws:ec2/securityGroup:SecurityGroup";
const rule = "aws:ec2/securityGroupRule:SecurityGroupRule";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** What a rule opens to the whole internet. */
function openTo(one: Plain): string | undefined {
  const ranges = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((key) => textsOf(at(one, key)));
  return ranges.find((range) => range === "0.0.0.0/0" || range === "::/0");
}

function rulesOf(type: string, props: Properties, direction: "ingress" | "egress"): readonly Plain[] {
  if (type === group) return listOf(props[direction]);
  if (type === rule) return props.type === direction ? [props] : [];
  return [props];
}

export const networkPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "security-group-not-open",
    level: "mandatory",
    severity: "high",
    description: "Security groups allow no inbound traffic from the whole internet.",
    ids: ["AwsSolutions-EC23", "CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277", "EC2.18"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    options: {
      ports: {
        type: "array",
        items: { type: "integer" },
        default: [443],
        description: "Ports that may be open to everyone.",
      },
    },
    types: [group, rule, ingressRule],
    check: ({ type, props }, report, { ports }: { readonly ports: readonly number[] }) => {
      for (const one of rulesOf(type, props, "ingress")) {
        const range = openTo(one);
        const [from, to] = [at(one, "fromPort"), at(one, "toPort")];
        if (range === undefined || (typeof from === "number" && from === to && ports.includes(from))) continue;
        report(
          `it lets ${range} in, to ports ${String(from ?? "all")} to ${String(to ?? "all")}`,
          "Name the security groups or ranges that are allowed",
        );
      }
    },
  }),
  resourcePolicy({
    name: "security-group-egress-named",
    level: "advisory",
    severity: "low",
    description: "Security groups restrict outbound traffic.",
    ids: ["CKV_AWS_382"],
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    types: [group, rule, egressRule],
    check: ({ type, props }, report) => {
      for (const one of rulesOf(type, props, "egress")) {
        const protocol = at(one, "protocol") ?? at(one, "ipProtocol");
        const range = openTo(one);
        if (range === undefined || (protocol !== "-1" && protocol !== "all")) continue;
        report(
          `it allows all outbound traffic to ${range}`,
          "Name the ports and the ranges, security groups or prefix lists",
        );
      }
    },
  }),
];
