// Pages of the lists that APIs answer. A page ends with a key, and the next one begins after it.

export interface Page<T> {
  readonly items: readonly T[];
  /** The key of the last item, where more items follow. */
  readonly next: string | undefined;
}

/** The first `size` items whose keys come after `after`, in the order of their keys. An empty `after` is the start. */
export function pageAfter<T>(
  all: Iterable<T>,
  keyOf: (item: T) => string,
  after: string,
  size: number,
  descending = false,
): Page<T> {
  const direction = descending ? -1 : 1;
  const rest = [...all]
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === "" || (descending ? key < after : key > after))
    .sort((a, b) => (a.key < b.key ? -direction : direction));
  const shown = rest.slice(0, size);
  return { items: shown.map(({ item }) => item), next: rest.length > size ? shown.at(-1)?.key : undefined };
}

export interface PageRequest<Token extends string> {
  /** The most items that the page may have. */
  readonly size: number;
  /** The token as the request has it; undefined: the first page. */
  readonly token: string | undefined;
  /** The member of the answer that holds the next page's token. */
  readonly as: Token;
  /** The last key comes first. Default: false. */
  readonly descending?: boolean | undefined;
}

/** One page, and the member with the next page's token, which is not there after the last page. */
export function page<T, Token extends string>(
  all: Iterable<T>,
  keyOf: (item: T) => string,
  { size, token = "", as, descending }: PageRequest<Token>,
): { readonly items: readonly T[]; readonly more: { readonly [name in Token]?: string } } {
  const { items, next } = pageAfter(all, keyOf, Buffer.from(token, "base64").toString(), size, descending);
  const more: { [name in Token]?: string } = {};
  if (next !== undefined) more[as] = Buffer.from(next).toString("base64");
  return { items, more };
}
