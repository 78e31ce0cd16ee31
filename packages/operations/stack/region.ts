// The region of a consumer: its source, its function, its log and its dead letters are there.

/** Throws an Error for the user where neither the ARN nor the environment tells the region. */
export function regionOf({ name, sourceArn }: { readonly name: string; readonly sourceArn: string }): string {
  const [, region] = /^arn:[a-z-]+:[a-z0-9-]+:([a-z0-9-]+):/.exec(sourceArn) ?? [];
  const found = region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (found !== undefined) return found;
  throw new Error(`The source of "${name}" has no region in its ARN: ${sourceArn}. Set AWS_REGION to its region.`);
}
