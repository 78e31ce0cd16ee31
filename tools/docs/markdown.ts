// What the plugins of markdown-it in this folder use of it.

export interface Token {
  type: string;
  tag: string;
  nesting: number;
  content: string;
  readonly children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

interface State {
  readonly tokens: Token[];
  /** `path`: the absolute path of the page. */
  readonly env: { readonly path?: string };
}

export interface Markdown {
  readonly core: { readonly ruler: { push(name: string, rule: (state: State) => void): void } };
}
