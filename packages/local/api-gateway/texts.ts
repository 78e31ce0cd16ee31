// Texts by name: templates by content type, headers, and stage variables.

export type Texts = Readonly<Record<string, string>>;
