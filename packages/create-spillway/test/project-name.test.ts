import { strict as assert } from "node:assert";
import { faultOfName, mostCharacters, nameOfFolder } from "../project-name";

describe("the name of a new project", () => {
  it("is the folder's, in lower-case letters, digits and hyphens", () => {
    for (const [folder, name] of [
      ["my-app", "my-app"],
      ["MyApp", "myapp"],
      ["My App (2)", "my-app-2"],
      ["shop.example.org", "shop-example-org"],
      ["under_score", "under-score"],
    ] as const) {
      assert.equal(nameOfFolder(folder), name);
      assert.equal(faultOfName(name, []), undefined);
      // Pulumi's rule for the names of projects.
      assert.match(name, /^[A-Za-z0-9_.-]{1,100}$/);
    }
  });

  it("begins with a letter", () => {
    for (const folder of ["2-apps", "日本", "--"]) {
      assert.match(faultOfName(nameOfFolder(folder), []) ?? "", /begins with a letter/, folder);
    }
  });

  it("leaves room for the names on AWS", () => {
    assert.equal(faultOfName("a".repeat(mostCharacters), []), undefined);
    assert.match(faultOfName("a".repeat(mostCharacters + 1), []) ?? "", /has 31 characters\. At most 30 leave room/);
  });

  it("is neither what Pulumi keeps for itself nor a package that the program needs", () => {
    assert.match(faultOfName("pulumi", []) ?? "", /Pulumi does not allow "pulumi"/);
    assert.match(faultOfName("spillway", ["spillway"]) ?? "", /depends on the package "spillway"/);
  });
});
