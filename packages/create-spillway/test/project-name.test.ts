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
      assert.equal(faultOfName(folder, []), undefined);
      // Pulumi's rule for the names of projects.
      assert.match(name, /^[A-Za-z0-9_.-]{1,100}$/);
    }
  });

  it("begins with a letter", () => {
    for (const folder of ["2-apps", "日本", "--"]) {
      assert.match(faultOfName(folder, []) ?? "", new RegExp(`^The folder "${folder}" makes .* begins with a letter`));
    }
  });

  it("leaves room for the names on AWS", () => {
    assert.equal(faultOfName("a".repeat(mostCharacters), []), undefined);
    const long = faultOfName("a".repeat(mostCharacters + 1), []);
    assert.match(long ?? "", /It has 31 characters, and AWS's names have room for 30\. Choose another name/);
  });

  it("is neither what Pulumi keeps for itself nor a package that the program needs", () => {
    assert.match(faultOfName("Pulumi", []) ?? "", /the project "pulumi"\. Pulumi does not allow this name/);
    assert.match(faultOfName("spillway", ["spillway"]) ?? "", /depends on a package of this name/);
  });
});
