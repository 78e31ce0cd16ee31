// What is no policy, or would be read as another one than its author meant.
import { strict as assert } from "node:assert";
import { parsePolicy } from "../../read/policy-document";

const statement = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };
const withStatement = (change: object) => ({ Statement: [{ ...statement, ...change }] });

describe("a policy", () => {
  it("has lists where it gives one value, and either version", () => {
    const policy = { Version: "2008-10-17", Id: "p", Statement: { ...statement, Sid: "s", Effect: "Deny" } };
    const { version, statements } = parsePolicy(JSON.stringify(policy), "It");
    assert.equal(version, "2008-10-17");
    assert.deepEqual(
      statements.map(({ effect, actions }) => [effect, actions]),
      [["Deny", { named: ["sqs:SendMessage"], isExcept: false }]],
    );
  });

  const refused: readonly (readonly [what: string, policy: object, says: string])[] = [
    [
      "an effect in lower case, which AWS does not take as a denial",
      withStatement({ Effect: "deny" }),
      'It has a statement that has the Effect "deny"; it is "Allow" or "Deny", with a capital.',
    ],
    [
      "a statement without an effect",
      withStatement({ Effect: undefined }),
      'It has a statement that has the Effect undefined; it is "Allow" or "Deny", with a capital.',
    ],
    [
      "a misspelt condition, without which the statement would allow more",
      withStatement({ Conditions: { Bool: { "aws:SecureTransport": "true" } } }),
      "It has a statement that has Conditions; AWS knows Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition, in these letters.",
    ],
    [
      "a misspelt kind of principals",
      withStatement({ Principal: { service: "sns.amazonaws.com" } }),
      "It has a statement that has a principal that has service; AWS knows AWS, Service, Federated, CanonicalUser, in these letters.",
    ],
    [
      "a wildcard within a principal, which would match nobody",
      withStatement({ Effect: "Deny", Principal: { AWS: ["*", "arn:aws:iam::000000000000:role/*"] } }),
      "It has a statement that has the principal arn:aws:iam::000000000000:role/*; a wildcard stands for everyone, and not for a part of a name. Name the account, and compare the name by the condition aws:PrincipalArn.",
    ],
    [
      "conditions without operators",
      withStatement({ Condition: { "aws:SourceAccount": "000000000000" } }),
      'It has a statement that has a condition aws:SourceAccount that is no object: "000000000000"',
    ],
    [
      "a list of conditions",
      withStatement({ Condition: [{ Bool: { "aws:SecureTransport": "true" } }] }),
      'It has a statement that has a Condition that is no object: [{"Bool":{"aws:SecureTransport":"true"}}]',
    ],
    [
      "actions and their exceptions in one statement",
      withStatement({ NotAction: "sqs:PurgeQueue" }),
      "It has a statement that has Action and NotAction; give one of them.",
    ],
    [
      "resources and their exceptions in one statement",
      withStatement({ NotResource: "*" }),
      "It has a statement that has Resource and NotResource; give one of them.",
    ],
    [
      "a statement without actions",
      withStatement({ Action: undefined }),
      "It has a statement that has neither Action nor NotAction.",
    ],
    ["a statement that is a text", { Statement: ["Allow"] }, 'It has a statement that is no object: "Allow"'],
    [
      "another version",
      { ...withStatement({}), Version: "2012-10-18" },
      'It has the Version "2012-10-18"; there are 2012-10-17 and 2008-10-17.',
    ],
    [
      "a misspelt member",
      { ...withStatement({}), version: "2012-10-17" },
      "It has version; AWS knows Version, Id, Statement, in these letters.",
    ],
  ];
  for (const [what, policy, says] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => parsePolicy(policy, "It"), { message: says });
      assert.throws(() => parsePolicy(JSON.stringify(policy), "It"), { message: says });
    });
  }
});
