// Which Node runs the command: the running one, or the one that an optional package brings. This is plain JavaScript
// that an old Node reads, because it runs first.
"use strict";
const { engines, optionalDependencies } = require("@spillway/cli/package.json");

const least = engines.node.replace(">=", "");

/** Whether Node `version`, as "22.15.0", is as new as package.json demands. */
function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** The running machine as the packages name it: "linux-x64". */
function thisPlatform() {
  return `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

/**
 * Why Node `version` cannot run this, and the fix; undefined where it can. `packages` are the optional ones that bring
 * a Node.
 */
function refuseNode(version, platform = thisPlatform(), packages = optionalDependencies) {
  if (isNewEnough(version)) return undefined;
  const name = `node-${platform}`;
  const bring = packages[name];
  const orPackage =
    bring === undefined ? "" : `, or the optional package that brings Node ${bring}: npm i -O -E ${name}@${bring}`;
  return `Node is ${version}; this needs ${least} or later. Install one${orPackage}`;
}

/**
 * The program file of the Node that the optional package for this machine brings; undefined where it is not installed.
 * It is looked for beside this package, because not every package manager links it into the project's
 * node_modules/.bin.
 */
function installedNode(platform = thisPlatform()) {
  try {
    return require.resolve(`node-${platform}/bin/${process.platform === "win32" ? "node.exe" : "node"}`);
  } catch {
    return undefined;
  }
}

module.exports = { refuseNode, installedNode };
