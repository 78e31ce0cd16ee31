// The policy pack, as Pulumi's engine loads it: `pulumi preview --policy-pack packages/policies`.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./rules";

new PolicyPack("spillway", {
  displayName: "Spillway",
  description: "Encryption, transport, dead letters and least privilege of event-driven stacks on AWS.",
  provider: "aws",
  policies: [...policies],
});
