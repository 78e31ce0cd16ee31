// The types of node-version.cjs.
export function refuseNode(
  version: string,
  platform?: string,
  packages?: Readonly<Record<string, string>>,
): string | undefined;
export function installedNode(platform?: string): string | undefined;
