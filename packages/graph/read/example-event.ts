// Makes an example event from a JSON Schema, in the words that endpoints' models have.

export interface Model {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Model>>;
  readonly required?: readonly string[];
  readonly items?: Model;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** The format of a text in the component's model, such as `format: date-time`. */
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Model[];
  readonly oneOf?: readonly Model[];
  readonly allOf?: readonly Model[];
}

/**
 * Of a choice, that of the first variant that can be made. Undefined if no event can be made up for the model, for
 * example because no simple text matches a pattern.
 */
export function exampleEvent(model: Model, name = "event"): unknown {
  for (const variant of variantsOf(model)) {
    const event = exampleOf(variant, name);
    if (event !== undefined) return event;
  }
  return undefined;
}

/** The models among which the model lets its events choose; of a model without a choice, itself. */
export function variantsOf(model: Model): readonly Model[] {
  return (model.anyOf ?? model.oneOf)?.flatMap(variantsOf) ?? [model];
}

function exampleOf(model: Model, name: string): unknown {
  if (model.enum !== undefined) return model.enum[0];
  if (model.allOf !== undefined) return exampleEvent(joined(model.allOf), name);
  switch (Array.isArray(model.type) ? model.type[0] : model.type) {
    case "object": {
      const required = model.required ?? [];
      const members = required.map((key) => [key, exampleEvent(model.properties?.[key] ?? {}, key)] as const);
      return members.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(members);
    }
    case "array": {
      const item = exampleEvent(model.items ?? {}, name);
      return item === undefined ? undefined : Array.from({ length: model.minItems ?? 1 }, () => item);
    }
    case "integer":
    case "number":
      return exampleNumber(model);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return exampleText(model, name);
  }
}

/** One model with the rules of all; of two rules of the same name, the last. */
function joined(models: readonly Model[]): Model {
  const simple = models.map((model) => {
    const [first = model] = variantsOf(model);
    return first.allOf === undefined ? first : joined(first.allOf);
  });
  return {
    ...Object.assign({}, ...simple),
    properties: Object.assign({}, ...simple.map(({ properties }) => properties)),
    required: [...new Set(simple.flatMap(({ required = [] }) => required))],
  };
}

function exampleNumber({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf = 0,
}: Model): number | undefined {
  const least = minimum ?? Math.min(1, maximum ?? 1);
  const step = multipleOf > 0 ? multipleOf : 1;
  // A whole number if possible, and otherwise the middle between the bounds.
  const middle = (least + (maximum ?? least)) / 2;
  const candidates = [1, Math.ceil(least / step) * step, (Math.floor(least / step) + 1) * step, middle];
  return candidates.find(
    (value) =>
      (exclusiveMinimum === true ? value > least : value >= least) &&
      (maximum === undefined || (exclusiveMaximum === true ? value < maximum : value <= maximum)) &&
      (multipleOf === 0 || value % multipleOf === 0),
  );
}

/**
 * Example texts by the formats of JSON Schema. https://json-schema.org/understanding-json-schema/reference/type#format
 */
const ofFormats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00.000Z",
  date: "2026-01-01",
  time: "12:00",
  email: "a@example.com",
  uri: "https://example.com/",
  uuid: "3f0b5a52-7f0c-4d6e-9a1b-2c3d4e5f6a7b",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
};

function exampleText(model: Model, name: string): string | undefined {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY, description = "" } = model;
  const format = /^format: ([a-z0-9-]+)$/.exec(description)?.[1];
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  // The model counts code points. It requires half as many of them as the callback's schema requires UTF-16 units.
  const padded = (text: string) => text.padEnd(2 * minLength, "x");
  const plain = [`${name}-1`, name, "a", "1", "A1", "AB"].flatMap((text) => [padded(text), text]);
  const candidates = format === undefined ? [...plain, ...Object.values(ofFormats)] : [ofFormats[format]];
  return candidates.find(
    (text) =>
      text !== undefined &&
      text.length >= minLength &&
      text.length <= maxLength &&
      (expression === undefined || expression.test(text)),
  );
}
