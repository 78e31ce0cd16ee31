// The documentation site as `npm run docs` builds it: its pages and links, the reference, and the documents for
// language models.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Page, sectionsOf } from "../../tools/docs/pages";
import { type Face, faces, PublicTypes } from "../../tools/docs/public-types";
import { type Entry, entriesOf } from "../../tools/docs/reference";
import { documents, read, root } from "../support/docs-tables";

const docs = path.join(root, "docs");
const dist = path.join(docs, ".vitepress", "dist");
const built = (file: string) => readFileSync(path.join(dist, file), "utf8");
const htmlOf = (file: string) => file.replace(/\.md$/, ".html");

describe("the documentation site", () => {
  let pages: readonly Page[];
  before(async () => {
    // It ends with 1 where a link leads to a page that does not exist.
    await promisify(execFile)("npm", ["run", "docs"], { cwd: root, maxBuffer: 100_000_000 });
    pages = sectionsOf(docs).flatMap((section) => section.pages);
  });

  it("has every page of docs/ in its sidebar, once", () => {
    const written = documents().flatMap((file) => (file.startsWith("docs/") ? [file.slice("docs/".length)] : []));
    assert.deepEqual(pages.map(({ file }) => file).sort(), written.sort());
    const [first = ""] = /<aside class="VPSidebar.*?<\/aside>/s.exec(built("commands.html")) ?? [];
    for (const { file } of pages) {
      const link = `/${htmlOf(file)}`.replace(/\/index\.html$/, "/").replace(/\.html$/, "");
      assert.ok(new RegExp(`href="${link}(\\.html)?"`).test(first), `${link} is in the sidebar`);
    }
  });

  it("has no link to a page or heading that does not exist", () => {
    const ids = new Map(
      globSync("**/*.html", { cwd: dist }).map((file) => {
        const html = built(file);
        return [file, { html, ids: new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)) }] as const;
      }),
    );
    let links = 0;
    const broken = [...ids].flatMap(([file, { html }]) =>
      [...html.matchAll(/<a [^>]*href="(?!https?:|mailto:)([^"]+)"/g)].flatMap(([, href = ""]) => {
        links += 1;
        const [to = "", hash = ""] = href.split("#");
        const target = path.posix
          .join("/", to === "" ? file : path.posix.resolve("/", path.dirname(file), to))
          .slice(1);
        const page = ids.get(to.endsWith("/") ? path.posix.join(target, "index.html") : htmlOf(target));
        const known = page ?? ids.get(`${target}.html`);
        return known !== undefined && (hash === "" || known.ids.has(decodeURIComponent(hash)))
          ? []
          : [`${file}: ${href}`];
      }),
    );
    assert.ok(links > 1000, `${links} links`);
    assert.deepEqual([...new Set(broken)], []);
  });

  it("draws the flow of the pipeline", () => {
    assert.match(built("pipeline.html"), /<svg[^>]*>.*>placeOrder<\/text>.*<\/svg>/s);
  });

  it("loads nothing from another host", () => {
    for (const file of globSync(["**/*.html", "**/*.css"], { cwd: dist })) {
      const loads = /<(script|link|img|iframe|source)\b[^>]*(src|href)="(https?:)?\/\/|url\(["']?https?:|@import/;
      assert.doesNotMatch(built(file), loads, file);
    }
  });

  it("finds pages by their words", () => {
    const [index = "", ...others] = globSync("assets/chunks/@localSearchIndex*.js", { cwd: dist });
    assert.deepEqual(others, []);
    for (const { title } of pages) assert.ok(built(index).includes(title.split(" ").at(-1) ?? title), title);
  });

  it("describes every page to language models, and has all of them as text", () => {
    const list = built("llms.txt");
    const whole = built("llms-full.txt");
    for (const { file, title, description, text } of pages) {
      assert.ok(description.length > 20, `${file} begins with a sentence that describes it`);
      assert.ok(list.includes(`- [${title}](${file}): ${description}\n`), file);
      const shown = description.replaceAll('"', "'");
      assert.ok(built(htmlOf(file)).includes(`<meta name="description" content="${shown}">`), file);
      assert.equal(built(file), text);
      for (const [heading] of text.matchAll(/^#+ .+$/gm)) assert.ok(whole.includes(`\n${heading}\n`), file);
    }
    for (const [, file = ""] of list.matchAll(/\]\(([^)]+)\)/g)) assert.ok(existsSync(path.join(dist, file)), file);
  });

  it("has the pictures of its pages in Markdown", () => {
    const pictures = globSync("**/*.md", { cwd: dist, exclude: ["reference/**"] }).flatMap((page) =>
      [...built(page).matchAll(/!\[[^\]]*\]\(([^)\s:]+)\)/g)].map(([, target = ""]) =>
        path.join(path.dirname(page), target),
      ),
    );
    assert.ok(pictures.length > 10, `${pictures.length} pictures`);
    assert.deepEqual(
      pictures.filter((file) => !existsSync(path.join(dist, file))),
      [],
    );
  });

  it("describes every parameter and type parameter in its reference", () => {
    const pages = globSync("reference/**/*.md", { cwd: docs });
    const rows = pages.flatMap((file) =>
      [...read(`docs/${file}`).matchAll(/^\| (?:Type )?Parameter \|.*\n.*\n((?:\|.*\n)+)/gm)].flatMap(
        ([, table = ""]) =>
          table
            .trimEnd()
            .split("\n")
            .map((row) => `${file}: ${row}`),
      ),
    );
    assert.ok(rows.length > 200, `${rows.length} parameters`);
    const described = /: \| .* \| [A-Z`][^|]{7,} \|$/;
    assert.deepEqual(
      rows.filter((row) => !described.test(row)),
      [],
    );
  });

  describe("has a reference in which every exported name is described:", () => {
    const names: Readonly<Record<Face, string>> = {
      index: "spillway",
      callback: "spillway/callback",
      network: "spillway/network",
      testing: "spillway/testing",
    };
    const types = new PublicTypes();
    const entriesIn = ({ children = [] }: Entry): readonly Entry[] =>
      children.flatMap((child) => (child.path === undefined ? entriesIn(child) : [child]));

    for (const face of faces) {
      it(names[face], () => {
        const of = entriesOf(docs).find(({ title }) => title === names[face]) ?? assert.fail("no entry");
        const entries = new Map(entriesIn(of).map(({ title, path: file = "" }) => [title.replace(/\\?<.*/, ""), file]));
        // What a face takes over from another one is described there.
        const takenOver = [...read(`docs/reference/${of.path}`).matchAll(/^Re-exports \[(\w+)\]/gm)].map(
          ([, name]) => name,
        );
        for (const { name } of types.exportsOf(face)) {
          const file = entries.get(name);
          if (file === undefined) assert.ok(takenOver.includes(name), name);
          else assert.match(read(`docs/reference/${file}`), /^[A-Z`].{10,}/m, name);
        }
      });
    }
  });
});
