import { strict as assert } from "node:assert";
import { help, parse } from "../command-line";
import { templates } from "../template";

const given = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const parsed = parse(args, env);
  return "given" in parsed ? parsed.given : assert.fail(JSON.stringify(parsed));
};
const fault = (...args: string[]) => {
  const parsed = parse(args, {});
  return "fault" in parsed ? parsed.fault : assert.fail(JSON.stringify(parsed));
};

describe("the command line of create-spillway", () => {
  it("needs nothing", () => {
    assert.deepEqual(given([]), { template: "queue", yes: false, install: true });
  });

  it("takes a folder, a template, --yes and --no-install", () => {
    assert.deepEqual(given(["shop", "--template", "stream", "-y", "--no-install"]), {
      folder: "shop",
      template: "stream",
      yes: true,
      install: false,
    });
  });

  it("takes the options that npm has taken for its own", () => {
    const pipeline = { folder: "shop", template: "pipeline", yes: false, install: true };
    // npm create spillway shop --template pipeline
    assert.deepEqual(given(["shop", "pipeline"], { npm_config_template: "true" }), pipeline);
    // npm create spillway --template pipeline shop
    assert.deepEqual(given(["pipeline", "shop"], { npm_config_template: "true" }), pipeline);
    // npm create spillway shop --template=pipeline --no-install
    assert.deepEqual(given(["shop"], { npm_config_template: "pipeline", npm_config_install: "" }), {
      ...pipeline,
      install: false,
    });
  });

  it("lists the templates if there is no such template", () => {
    assert.equal(
      fault("shop", "--template", "pipline"),
      'There is no template "pipline". The templates are queue, stream, pipeline.',
    );
    const parsed = parse(["shop", "pipline"], { npm_config_template: "true" });
    assert.deepEqual(parsed, { fault: 'There is no template "pipline". The templates are queue, stream, pipeline.' });
  });

  it("rejects a second folder, an empty one and an unknown option", () => {
    assert.match(fault("my", "app"), /2 folders are given: my app\. Give one, for example my-app\./);
    assert.match(fault(" "), /folder's name is empty/);
    assert.match(fault("--tempalte", "queue"), /^Unknown option '--tempalte'\.$/);
    assert.match(fault("--template"), /argument missing/);
  });

  it("has every template in its help", () => {
    assert.deepEqual(parse(["--help"], {}), { show: "help" });
    for (const [name, meaning] of Object.entries(templates)) assert.match(help, new RegExp(`${name} +${meaning}`));
    assert.ok(help.split("\n").every((line) => line.length <= 120));
  });
});
