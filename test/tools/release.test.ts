// Versions and releases: the changesets that wait, the next version in every manifest, the change log, and SUPPORT.md.
import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import getReleasePlan from "@changesets/get-release-plan";
import { packageFolders } from "../../tools/pack/build";
import { publishedManifest, sourcesIn } from "../../tools/pack/manifest";
import { sectionOf, withSection } from "../../tools/release/change-log";
import { publish } from "../../tools/release/publish";
import { makeVersion, withVersions } from "../../tools/release/version";

const root = path.join(__dirname, "..", "..");
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

describe("the changesets", () => {
  it("are valid, and say in a sentence what changes", async () => {
    const { changesets } = await getReleasePlan(root);
    for (const { id, summary } of changesets) assert.match(summary, /^[A-Z`].*\.$/s, `.changeset/${id}.md`);
  });
});

describe("npm run version", () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(path.join(tmpdir(), "spillway-release-"));
    const manifests = globSync("{.,components,{packages,examples,templates}/*}/package.json", { cwd: root });
    for (const file of [...manifests, ".changeset/config.json", "CHANGELOG.md"]) {
      mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
      cpSync(path.join(root, file), path.join(copy, file));
    }
    // Where the workspaces begin: changesets asks for the lock file of a package manager.
    writeFileSync(path.join(copy, "package-lock.json"), "{}");
  });
  afterEach(() => rmSync(copy, { recursive: true }));
  const changeset = (name: string, type: string, summary: string) =>
    writeFileSync(path.join(copy, ".changeset", `${name}.md`), `---\n"spillway": ${type}\n---\n\n${summary}\n`);

  it("gives all packages one version, in every manifest that names them, and tells what changes", async () => {
    const before = manifestIn(path.join(root, "components")).version;
    changeset("one", "patch", "Counts again.\nIt did not.");
    changeset("two", "minor", "Adds a thing.");
    const version = await makeVersion(copy, new Date("2026-02-03T04:05:06Z"));

    const [, minor = ""] = before.split(".");
    assert.equal(version, `0.${Number(minor) + 1}.0`);
    for (const folder of packageFolders(copy)) {
      assert.equal(manifestIn(path.join(copy, folder)).version, version, folder);
    }
    const names = packageFolders(copy).map((folder) => manifestIn(path.join(copy, folder)).name);
    for (const file of globSync("**/package.json", { cwd: copy })) {
      const {
        dependencies = {},
        devDependencies = {},
        peerDependencies = {},
      } = manifestIn(path.join(copy, path.dirname(file)));
      const all = Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies });
      for (const [name, range] of all.filter(([name]) => names.includes(name))) {
        assert.equal(range.replace(/^[\^>=]+/, ""), version, `${file}: ${name}`);
      }
    }
    assert.deepEqual(readdirSync(path.join(copy, ".changeset")), ["config.json"]);
    const log = readFileSync(path.join(copy, "CHANGELOG.md"), "utf8");
    const section = [
      `## ${version} (2026-02-03)`,
      "### New, and changes to look at\n\n- Adds a thing.",
      "### Fixes\n\n- Counts again.\n  It did not.",
    ].join("\n\n");
    assert.ok(log.includes(`\n${section}\n\n## ${before}\n`), log);
  });

  it("refuses to make a version of nothing", async () => {
    await assert.rejects(makeVersion(copy, new Date()), /There is no changeset.*npm run changeset/);
  });

  it("refuses a package that would have another version", async () => {
    const config = path.join(copy, ".changeset", "config.json");
    writeFileSync(config, readFileSync(config, "utf8").replace(/"@spillway\/\*",?/, ""));
    changeset("one", "minor", "Adds a thing.");
    await assert.rejects(makeVersion(copy, new Date()), /would not have the version of .*list it in \.changeset/);
  });

  it("keeps the kind of each range, and versions of others", () => {
    const manifest = '{ "a": "^1.0.0", "b": ">=1.0.0", "c": "1.0.0", "other": "1.0.0", "a": "0.9.0" }';
    assert.equal(
      withVersions(manifest, ["a", "b", "c"], "1.0.0", "1.1.0"),
      '{ "a": "^1.1.0", "b": ">=1.1.0", "c": "1.1.0", "other": "1.0.0", "a": "0.9.0" }',
    );
  });

  it("begins a change log that has no version yet", () => {
    const section = sectionOf([{ summary: "Is gone.", type: "major" }], "1.0.0", new Date(0));
    assert.equal(
      withSection("# Change log\n", section),
      "# Change log\n\n## 1.0.0 (1970-01-01)\n\n### Breaking changes\n\n- Is gone.\n",
    );
  });
});

describe("a release", () => {
  const notes = (...args: string[]) =>
    spawnSync(process.execPath, ["tools/github/notes.ts", ...args], { cwd: root, encoding: "utf8" });
  const { version } = manifestIn(path.join(root, "components"));

  it("has the section of the change log as its text", () => {
    const { status, stdout } = notes(`v${version}`);
    assert.equal(status, 0);
    assert.ok(readFileSync(path.join(root, "CHANGELOG.md"), "utf8").includes(stdout.trim()));
    assert.doesNotMatch(stdout, /^## /m);
  });

  it("is refused for a tag that is not the version of the packages", () => {
    const { status, stderr } = notes("v99.0.0");
    assert.equal(status, 1);
    assert.match(stderr, /::error::The tag is v99\.0\.0, and the packages have version /);
  });

  it("names the repository that publishes it, which npm compares with its provenance", () => {
    const environment = { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "ada/spillway" };
    const { repository } = publishedManifest(
      { name: "a", version: "1.0.0" },
      () => undefined,
      sourcesIn(environment, "packages/cli"),
    );
    const url = "git+https://github.example/ada/spillway.git";
    assert.deepEqual(repository, { type: "git", url, directory: "packages/cli" });
    assert.equal(sourcesIn({}, "components"), undefined);
  });
});

describe("npm run release", () => {
  let folder: string;
  let registry: Server;
  const former = new Map<string, string | undefined>();
  const setting = (name: string, value: string) => {
    former.set(name, process.env[name]);
    process.env[name] = value;
  };
  /** What is published, by the packages' names. */
  const published = new Map<string, { readonly versions: Readonly<Record<string, { readonly bin: object }>> }>();
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-publish-"));
    registry = createServer(async (request, response) => {
      const name = decodeURIComponent((request.url ?? "").slice(1));
      if (request.method === "PUT") published.set(name, JSON.parse(await text(request)));
      const known = published.get(name);
      response.writeHead(known === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(known ?? { error: "Not found" }));
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    writeFileSync(path.join(folder, "npmrc"), `//${host}/:_authToken=none\n`);
    setting("npm_config_userconfig", path.join(folder, "npmrc"));
    setting("npm_config_registry", `http://${host}/`);
    // npm would ask GitHub for an identity.
    setting("npm_config_provenance", "false");
  });
  after(async () => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it("publishes what is packed, once", async () => {
    mkdirSync(path.join(folder, "package"));
    const manifest = { name: "@made/up", version: "1.2.3", bin: { up: "dist/up.cjs" } };
    writeFileSync(path.join(folder, "package", "package.json"), JSON.stringify(manifest));
    const file = path.join(folder, "made-up-1.2.3.tgz");
    execFileSync("tar", ["-czf", file, "-C", folder, "package"]);
    const said: string[] = [];
    await publish([file], (line) => said.push(line));
    await publish([file], (line) => said.push(line));
    assert.deepEqual(said, ["@made/up 1.2.3 is published.", "@made/up 1.2.3 is published already."]);
    assert.deepEqual(published.get("@made/up")?.versions["1.2.3"]?.bin, manifest.bin);
  });
});

describe("SUPPORT.md", () => {
  const document = readFileSync(path.join(root, "SUPPORT.md"), "utf8");
  const rowOf = (name: string) =>
    document.split("\n").find((line) => line.startsWith(`| ${name} `)) ?? assert.fail(name);
  const minorOf = (version = "") => version.split(".").slice(0, 2).join(".");

  it("states the versions of package.json", () => {
    const [own, library] = [manifestIn(root), manifestIn(path.join(root, "components"))];
    assert.equal(own.engines.node, ">=22.15");
    assert.ok(rowOf("Node.js").includes("22.15 and later"));
    assert.equal(manifestIn(path.join(root, "packages/create-spillway")).engines.node, ">=20");
    assert.ok(rowOf("Node.js").includes("`create-spillway` 20 and later"));
    for (const [name, range, words] of [
      ["@pulumi/pulumi", "^3.200.0", "3.200 and later, below 4"],
      ["@pulumi/aws", "^7.0.0", "7"],
      ["@pulumi/awsx", "^3.0.0", "3, only for `spillway/network`"],
    ] as const) {
      assert.equal(library.peerDependencies[name], range);
      const cells = rowOf(`\`${name}\``)
        .split("|")
        .map((cell) => cell.trim());
      assert.deepEqual(cells.slice(2, 4), [words, minorOf(own.dependencies[name])], name);
    }
    assert.equal(manifestIn(path.join(root, "packages/local")).peerDependencies.typescript, ">=5.4 <7");
    assert.ok(rowOf("TypeScript").includes(`5.9 and ${minorOf(own.devDependencies.typescript)}`));
  });
});
