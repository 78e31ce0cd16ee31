// Tags that the AWS provider puts on everything that takes them, from the stack's `aws:defaultTags`.
import type { Value } from "../graph";

type Tags = Readonly<Record<string, Value>>;

/** Of the configuration's JSON; none where there is none. Throws an Error for what is no object with `tags`. */
export function defaultTagsOf(config: Readonly<Record<string, string>>): Tags {
  const text = config["aws:defaultTags"];
  if (text === undefined) return {};
  const { tags } = parsed(text) ?? {};
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) {
    throw new Error(
      `aws:defaultTags is ${text}; it takes an object with tags. Set one with: pulumi config set --path 'aws:defaultTags.tags.owner' <value>`,
    );
  }
  return tags as Tags;
}

const known = new Map<string, boolean>();

/** Whether resources of the type take tags: then the provider's own class of it has the output `tagsAll`. */
export function takesTags(type: string): boolean {
  const present = known.get(type);
  if (present !== undefined) return present;
  const [, module, name] = /^aws:([\w/]+):(\w+)$/.exec(type) ?? [];
  const takes = module !== undefined && name !== undefined && sourceOf(module, name).includes('"tagsAll"');
  known.set(type, takes);
  return takes;
}

function sourceOf(module: string, name: string): string {
  try {
    return String((require(`@pulumi/aws/${module}`) as Readonly<Record<string, unknown>>)[name]);
  } catch {
    return "";
  }
}

function parsed(text: string): { readonly tags?: unknown } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
