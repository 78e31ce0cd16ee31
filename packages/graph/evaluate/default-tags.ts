// The tags that the AWS provider adds to every resource that takes tags, from the stack's `aws:defaultTags`.
import type { Value } from "../graph";

type Tags = Readonly<Record<string, Value>>;

/**
 * The tags in the JSON of the configuration; none where it is not set. Throws an Error for anything but an object with
 * `tags`.
 */
export function defaultTagsOf(config: Readonly<Record<string, string>>): Tags {
  const text = config["aws:defaultTags"];
  if (text === undefined) return {};
  const { tags } = parsed(text) ?? {};
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) {
    throw new Error(
      `aws:defaultTags is ${text}; it takes an object with tags. Set one with: pulumi config set --path ` +
        "'aws:defaultTags.tags.owner' <value>",
    );
  }
  return tags as Tags;
}

const known = new Map<string, boolean>();

/** Whether resources of the type take tags. The provider's class of such a type has the output `tagsAll`. */
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
