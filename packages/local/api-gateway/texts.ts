// Texts by name: templates by content type, headers, variables.

export type Texts = Readonly<Record<string, string>>;
