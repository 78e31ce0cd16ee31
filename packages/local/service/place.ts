// Where the run's resources are on AWS: its account and its region.
import { partitionOf } from "@spillway/graph";

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export const arnOf = ({ accountId, region }: Place, service: string, resource: string) =>
  `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;
