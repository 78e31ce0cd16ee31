// Who may import whom, as CONTRIBUTING's table of folders says. What the import gets is judged, however it is written.
const { readdirSync } = require("node:fs");

const workspaces = ["components", ...readdirSync(`${__dirname}/packages`).map((name) => `packages/${name}`)];
const test = "(^|/)test/";
const ofPackage = "^(components|packages/[^/]+)/";
const ofProgram = "^(index\\.ts$|config/|functions/|docs/examples/|templates/|examples/)";

/** Each package's own code imports those packages of the repository alone that its package.json lists. */
const undeclaredPackages = workspaces.map((folder) => {
  const { name, dependencies = {}, peerDependencies = {} } = require(`./${folder}/package.json`);
  const listed = (other) => require(`./${other}/package.json`).name in { ...dependencies, ...peerDependencies };
  const others = workspaces.filter((other) => other !== folder && !listed(other));
  return {
    name: `undeclared-package-in-${name}`,
    comment: `List the package in ${folder}/package.json, or do without it.`,
    severity: "error",
    from: { path: `^${folder}/`, pathNot: test },
    to: { path: `^(${others.join("|")})/` },
  };
});

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    rule(
      "circle",
      "Files that import each other, also for types alone, are one file or need a third.",
      {},
      { circular: true },
    ),
    rule(
      "package-by-path",
      "A package imports another by its name, through its exports.",
      { path: ofPackage },
      { path: ofPackage, pathNot: "^$1/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased"] },
    ),
    rule(
      "package-by-path-outside",
      "What is outside of the packages imports them by name. Only the tests in test/, the bench, and what loads sources look inside.",
      { pathNot: `${ofPackage}|^(test|tools/(bench|transpile))/` },
      { path: ofPackage, dependencyTypes: ["local"], dependencyTypesNot: ["aliased"] },
    ),
    rule(
      "upwards",
      "A package knows neither the program nor the tools of this repository.",
      { path: ofPackage, pathNot: test },
      { path: "^(index\\.ts$|config/|functions/|tools/|docs/|examples/|test/)" },
    ),
    rule(
      "face",
      "A program imports the library through its faces: spillway, spillway/callback, spillway/network and spillway/testing.",
      { path: ofProgram },
      { path: `${ofPackage}|^tools/`, pathNot: "^components/(index|callback|network|testing)\\.ts$" },
    ),
    rule(
      "testing-face",
      "Only spillway/testing reaches @spillway/testing, which nobody installs for a deployment.",
      { path: "^components/", pathNot: `^components/testing\\.ts$|${test}` },
      { path: "^packages/testing/" },
    ),
    rule(
      "testing-in-tests",
      "Only a test imports spillway/testing.",
      { path: `${ofPackage}|${ofProgram}`, pathNot: `${test}|\\.test\\.ts$` },
      { path: "^components/testing\\.ts$" },
    ),
    rule(
      "callback-alone",
      "A callback imports spillway/callback, what is in functions/, and small libraries; not Pulumi.",
      { path: "^(functions|(templates|examples)/[^/]+/functions)/" },
      { path: "^(index\\.ts$|config/|components/|node_modules/@pulumi/)", pathNot: "^components/callback\\.ts$" },
    ),
    rule(
      "runtime-alone",
      "What runs in Lambda has nothing of Pulumi and of the components with it.",
      { path: "^components/runtime/" },
      { path: "^components/|^node_modules/@pulumi/", pathNot: "^components/runtime/" },
    ),
    rule(
      "aws-whole",
      "The components import the services of @pulumi/aws that they need: the whole of it takes each program longer to load, and to check.",
      { path: "^components/", pathNot: test },
      { path: "^node_modules/@pulumi/aws/index\\." },
    ),
    rule(
      "syntax-alone",
      "AWS's small languages know nothing of who reads them.",
      { path: "^components/syntax/" },
      { pathNot: "^components/syntax/|^(net|util)$|^node_modules/aws-cron-parser/" },
    ),
    rule(
      "policies-alone",
      "The policy pack stands alone, for stacks of others.",
      { path: "^packages/policies/", pathNot: test },
      { dependencyTypes: ["local", "undetermined"], pathNot: "^packages/policies/" },
    ),
    rule("test-imported", "Only tests import tests.", { pathNot: test }, { path: test }),
    rule(
      "test-of-others",
      "A test reaches the tests of its own package, and what is shared in test/support.",
      { path: "^(components|packages/[^/]+|)/?test/" },
      { path: test, pathNot: "^$1/?test/|^test/support/" },
    ),
    rule(
      "undeclared",
      "List the library in the nearest package.json, or do without it. Tests use those of the repository's own.",
      { pathNot: test },
      { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    ),
    rule(
      "for-development",
      "What is shipped or deployed imports no library that package.json lists for development alone.",
      { path: `${ofPackage}|^(index\\.ts$|config/|functions/|examples/)`, pathNot: test },
      { dependencyTypes: ["npm-dev"] },
    ),
    ...undeclaredPackages,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(\\.spillway|dist)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
