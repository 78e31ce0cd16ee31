// The documents for language models, as https://llmstxt.org describes them: llms.txt lists the pages with their
// descriptions, llms-full.txt holds all of them, and each page is there as Markdown, with its pictures.
import { cpSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { sectionsOf } from "./pages";
import { entriesOf } from "./reference";

interface Place {
  /** Folder of the documents. */
  readonly docs: string;
  /** Folder of the site. */
  readonly outDir: string;
  /** What the site is about, in one sentence. */
  readonly description: string;
}

/** What somebody needs who writes a program and has read no page yet. */
const summary = `\
- A new program: \`npm create spillway@latest my-app\`. In an existing Pulumi project in TypeScript:
  \`npm install spillway valibot @pulumi/pulumi @pulumi/aws\` and
  \`npm install --save-dev @spillway/cli @spillway/testing\`.
- Imports: components and bindings from \`spillway\`, \`Network\` from \`spillway/network\` (needs \`@pulumi/awsx\`),
  \`callback\` and what callbacks call from \`spillway/callback\`, \`startLocal\` from \`spillway/testing\`.
- A callback is exported by a module of its own, which does not import Pulumi. The program passes values and permissions
  to it as bindings.
- \`npx spillway start\` runs the program without AWS. \`npx spillway --help\` lists the other commands.
- [llms-full.txt](llms-full.txt) holds all of these pages, without the API reference.`;

export function writeTexts({ docs, outDir, description }: Place): void {
  const sections = sectionsOf(docs);
  const pages = sections.flatMap((section) => section.pages);
  const faces = entriesOf(docs).map(
    ({ title, path: file }) => `- [${title}](reference/${file}): every name it exports`,
  );
  const list = sections.map((section) => {
    const lines = section.pages.map((page) => `- [${page.title}](${page.file}): ${page.description}`);
    return `## ${section.title}\n\n${lines.join("\n")}`;
  });
  const head = `# Spillway\n\n> ${description}\n\n${summary}\n`;
  writeFileSync(
    path.join(outDir, "llms.txt"),
    `${[head.trimEnd(), ...list, `## API reference\n\n${faces.join("\n")}`].join("\n\n")}\n`,
  );
  const whole = pages.map(
    ({ file, text }) => `<!-- ${file} -->\n\n${text.replace(/^<!-- \/?generated.*-->\n+/gm, "").trim()}\n`,
  );
  writeFileSync(path.join(outDir, "llms-full.txt"), [head, ...whole].join("\n"));
  for (const { file, text } of pages) {
    mkdirSync(path.dirname(path.join(outDir, file)), { recursive: true });
    writeFileSync(path.join(outDir, file), text);
  }
  for (const file of globSync("**/*.svg", { cwd: docs, exclude: [".vitepress/**", "public/**"] })) {
    mkdirSync(path.dirname(path.join(outDir, file)), { recursive: true });
    cpSync(path.join(docs, file), path.join(outDir, file));
  }
  const isPage = (file: string) => path.extname(file) === "" || file.endsWith(".md");
  cpSync(path.join(docs, "reference"), path.join(outDir, "reference"), { recursive: true, filter: isPage });
}
