// Where a bundle gives classes their names, and what it leaves unchanged.
import { strict as assert } from "node:assert";
import { nameClasses } from "../../bundle/class-names";

describe("the names of classes", () => {
  for (const text of [
    "const message = 'class Wrong extends Error {';",
    'const message = "a class Wrong {";',
    "const message = `\nthe class Wrong ${value} {`;",
    "const message = `\nclass Wrong extends Error {\n}`;",
    "const message = `the \\`\nclass Wrong extends Error {\n}`;",
    " * the class Wrong extends Error {",
    "// class Wrong extends Error {",
    "/* the class\n   class Wrong of errors */ function right() {}",
    "const pattern = /class Wrong {/;",
    "const { class: Wrong } = { class: 1 };",
    "class Plain {",
  ]) {
    it(`are left unchanged in ${JSON.stringify(text)}`, () => {
      assert.equal(nameClasses(text, false), text);
    });
  }

  for (const [text, named] of [
    ["__extends(HttpError, _super);", 'Object.defineProperty(HttpError,"name",{value:"HttpError"}), _super);'],
    ["util.inherits(ConnectionError, Error);", "Object.defineProperty(ConnectionError,"],
    ["  (0, _inherits2.default)(HttpError, _Error);", "Object.defineProperty(HttpError,"],
    ["__extends(NotFound, Error);", "Object.defineProperty(NotFound,"],
    ["HttpError.prototype = Object.create(Error.prototype);", 'value:"HttpError"}).prototype = Object.create('],
    ["  HttpError.prototype = Object.create(_super.prototype, { });", "Object.defineProperty(HttpError,"],
    ["NotFound.prototype = new Error();", "Object.defineProperty(NotFound,"],
    ["HttpError.prototype.__proto__ = Error.prototype;", "Object.defineProperty(HttpError,"],
    ["Object.setPrototypeOf(HttpError.prototype, Error.prototype);", "(Object.defineProperty(HttpError,"],
    ["exports.HttpError.prototype = Object.create(Error.prototype);", undefined],
    ["Plain.prototype = Object.create(Base.prototype);", undefined],
    ["HttpError.prototype = Object.create(null);", undefined],
    ["HttpError.prototype = Object.create(Error.prototype);\nHttpError.prototype.name = 'HttpError';", undefined],
    ["__extends(Plain, _super);", undefined],
    ["_inheritsLoose$1(HttpError, _Error);", "Object.defineProperty(HttpError,"],
    ["(0, tslib_1.__extends)(HttpError, _super);", "Object.defineProperty(HttpError,"],
    ["inheritsFrom(AccessError, user);", undefined],
    ["class Library { inherits(NewError, OldError): void {} }", undefined],
    ["function inherits(NewError, OldError) { set(NewError, OldError); }", undefined],
    ["const library = { inherits(NewError, OldError) { set(NewError, OldError); } };", undefined],
    ["// __extends(HttpError, _super);", undefined],
    ["const message = `\n__extends(HttpError, _super);`;", undefined],
    ['__extends(HttpError, _super);\nthis.name = "HttpError";', undefined],
  ] as const) {
    it(`of a package that are functions ${named === undefined ? "are left unchanged" : "are added"} in ${JSON.stringify(text)}`, () => {
      const result = nameClasses(text, true);
      if (named === undefined) assert.equal(result, text);
      else assert.ok(result.includes(named), result);
    });
  }

  it("of the program that are functions are added where a compiler has made them, and to errors", () => {
    for (const text of [
      "__extends(Plain, _super);",
      "_inheritsLoose(Plain, _Base);",
      "util.inherits(MyError, Base);",
    ]) {
      assert.notEqual(nameClasses(text, false), text);
    }
    for (const text of ["inherits(Admin, User);", "inheritsPermissions(Admin, User);"]) {
      assert.equal(nameClasses(text, false), text);
    }
  });

  it("are added after a string of several lines", () => {
    const text = "const message = `\n`;\nclass Right extends Error {\n}";
    assert.match(nameClasses(text, false), /^class Right extends Error \{static get name\(\)/m);
  });

  it("of a package are not added where it sets the name itself", () => {
    const text = 'class Told extends Error {\n  name = "Told";\n}\n';
    assert.equal(nameClasses(text, true), text);
    assert.match(nameClasses(text.replace("name =", "code ="), true), /"Told"\}\n {2}code/);
  });
});
