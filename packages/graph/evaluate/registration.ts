// The registration of a resource as the program sends it: what a transform may change, and the options that are kept.
import type { ResourceOptions } from "../graph";
import { type AliasMessage, plainAliases, type TransformCallback, type Transformed } from "./transforms";
import { holdsSecret } from "./wire";

/** The parts that both kinds of requests have. Pulumi's types for them are internal. */
export interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAliasurnsList(): string[];
  getAliasesList(): AliasMessage[];
  getTransformsList?(): TransformCallback[];
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(each: (value: { getUrnsList(): string[] }, key: string) => void): void };
  getProvider(): string;
  getImportid(): string;
}

export function transformable(request: Registration): Transformed {
  return {
    wire: request.getObject()?.toJavaScript() ?? {},
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    dependsOn: request.getDependenciesList(),
    aliases: request.getAliasesList(),
    importId: request.getImportid() || undefined,
  };
}

export function optionsOf(request: Registration, given: Transformed): ResourceOptions {
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((value, key) => {
    propertyDependencies[key] = value.getUrnsList();
  });
  return {
    protect: given.protect,
    retainOnDelete: given.retainOnDelete,
    deleteBeforeReplace: given.deleteBeforeReplace,
    ignoreChanges: given.ignoreChanges,
    replaceOnChanges: given.replaceOnChanges,
    aliases: [...request.getAliasurnsList(), ...plainAliases(given.aliases)],
    dependsOn: given.dependsOn,
    propertyDependencies,
    secrets: Object.keys(given.wire).filter((key) => holdsSecret(given.wire[key])),
    provider: request.getProvider() || undefined,
    importId: given.importId,
  };
}
