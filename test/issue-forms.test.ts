// The forms of issues, as GitHub takes them: a form with a mistake is not offered, and nobody is told.
// https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

interface Element {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly value?: string; readonly options?: readonly unknown[] };
  readonly validations?: { readonly required?: boolean };
}
interface Form {
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly body: readonly Element[];
}

const folder = path.join(__dirname, "..", ".github", "ISSUE_TEMPLATE");
const forms = readdirSync(folder)
  .filter((file) => file !== "config.yml")
  .map((file) => ({ file, form: parse(readFileSync(path.join(folder, file), "utf8")) as Form }));

describe("the forms of issues", () => {
  it("are those that SUPPORT.md names", () => {
    const support = readFileSync(path.join(folder, "..", "..", "SUPPORT.md"), "utf8");
    assert.equal(forms.length, 3);
    for (const { form } of forms) assert.ok(support.includes(`*${form.name}*`), form.name);
  });

  for (const { file, form } of forms) {
    it(`have the elements that GitHub knows: ${file}`, () => {
      assert.ok(form.name !== "" && form.description !== "" && form.labels.length > 0);
      const [notes, fields] = [true, false].map((isNote) =>
        form.body.filter(({ type }) => (type === "markdown") === isNote),
      );
      for (const { attributes } of notes ?? []) assert.ok(attributes.value);
      assert.ok(fields !== undefined && fields.length > 0);
      for (const { type, id, attributes } of fields) {
        assert.match(type, /^(input|textarea|dropdown|checkboxes)$/, id);
        assert.match(id ?? "", /^[\w-]+$/);
        assert.ok(attributes.label, id);
        assert.equal(attributes.options !== undefined, /^(dropdown|checkboxes)$/.test(type), id);
      }
      assert.equal(new Set(fields.map(({ id }) => id)).size, fields.length);
      assert.ok(fields.some(({ validations }) => validations?.required === true));
    });
  }
});
