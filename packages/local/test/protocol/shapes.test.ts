// Requests and answers of the Query and REST protocols, by the table of AWS's shapes.
import { strict as assert } from "node:assert";
import { queryAnswer, queryCode, queryInput } from "../../protocol/query";
import { restAnswer, restCall } from "../../protocol/rest";
import { ServiceError } from "../../service/ask";

const call = (service: string, method: string, address: string, headers: Readonly<Record<string, string>> = {}) => {
  const [path = "", query = ""] = address.split("?");
  return restCall(service, { method, path, query: new URLSearchParams(query), headers });
};

describe("a request in a REST protocol", () => {
  it("selects the operation with the most matching requirements", () => {
    const copy = { "x-amz-copy-source": "b/a" };
    const actions = [
      call("s3", "PUT", "/b/k"),
      call("s3", "PUT", "/b/k", copy),
      call("s3", "PUT", "/b/k?partNumber=1&uploadId=u"),
      call("s3", "PUT", "/b/k?partNumber=1&uploadId=u", copy),
      call("s3", "GET", "/b/?list-type=2&prefix=a"),
      call("s3", "GET", "/b?list-type=1"),
      call("s3", "GET", "/"),
    ].map((each) => each?.action);
    assert.deepEqual(actions, [
      ...["PutObject", "CopyObject", "UploadPart", "UploadPartCopy"],
      ...["ListObjectsV2", "ListObjects", "ListBuckets"],
    ]);
  });

  it("sets members with their types and names, from path, query and headers", () => {
    assert.deepEqual(
      call("lambda", "GET", "/2015-03-31/event-source-mappings?MaxItems=5&FunctionName=f&other=1")?.input,
      {
        FunctionName: "f",
        MaxItems: 5,
      },
    );
    assert.deepEqual(call("scheduler", "GET", "/schedules/a%2Fb?groupName=g")?.input, { Name: "a/b", GroupName: "g" });
    assert.deepEqual(call("s3", "HEAD", "/b/a%20b/c", { "if-match": '"e"', "x-unknown": "1" })?.input, {
      Bucket: "b",
      Key: "a b/c",
      IfMatch: '"e"',
    });
  });

  it("is recognised by name also where the local run does not support it, and is unknown where AWS has no such operation", () => {
    assert.equal(call("lambda", "GET", "/2018-10-31/layers")?.action, "ListLayers");
    assert.equal(call("s3", "GET", "/b?acl")?.action, "GetBucketAcl");
    assert.equal(call("lambda", "GET", "/2015-03-31/nothing"), undefined);
    assert.throws(() => call("s3", "GET", "/b/%E0%A4%A"), { code: "InvalidURI" });
  });

  it("is answered with the status and the headers of the operation", () => {
    const { status, headers, body } = restAnswer("lambda", "Invoke", {
      StatusCode: 202,
      ExecutedVersion: "$LATEST",
      Payload: "{}",
    });
    assert.deepEqual([status, headers, body], [202, { "x-amz-executed-version": "$LATEST" }, { Payload: "{}" }]);
    assert.equal(restAnswer("s3", "DeleteObject", {}).status, 204);
    assert.equal(restAnswer("lambda", "UpdateEventSourceMapping", {}).status, 202);
  });
});

describe("a request in the Query protocol", () => {
  it("has lists, maps and structures by number, flat for SQS and in members for SNS", () => {
    const sqs = new URLSearchParams({
      "SendMessageBatchRequestEntry.2.Id": "b",
      "SendMessageBatchRequestEntry.1.Id": "a",
      "SendMessageBatchRequestEntry.1.DelaySeconds": "5",
      "SendMessageBatchRequestEntry.1.MessageAttribute.1.Name": "constructor",
      "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType": "String",
    });
    assert.deepEqual(queryInput("sqs", "SendMessageBatch", sqs), {
      Entries: [{ Id: "a", DelaySeconds: 5, MessageAttributes: { constructor: { DataType: "String" } } }, { Id: "b" }],
    });
    assert.deepEqual(queryInput("sqs", "GetQueueAttributes", new URLSearchParams({ AttributeName: "All" })), {
      AttributeNames: ["All"],
    });
    const sns = new URLSearchParams({
      "Tags.member.1.Key": "k",
      "Tags.member.1.Value": "v",
      "Attributes.entry.1.key": "FifoTopic",
      "Attributes.entry.1.value": "true",
    });
    assert.deepEqual(queryInput("sns", "CreateTopic", sns), {
      Attributes: { FifoTopic: "true" },
      Tags: [{ Key: "k", Value: "v" }],
    });
  });

  it("keeps an invalid number as a string, for the service to refuse", () => {
    const form = new URLSearchParams({ DelaySeconds: "soon" });
    assert.deepEqual(queryInput("sqs", "SendMessage", form), { DelaySeconds: "soon" });
  });

  it("is answered with a result only where the operation has one", () => {
    assert.match(queryAnswer("sns", "TagResource", {}, "r"), /<TagResourceResult><\/TagResourceResult>/);
    assert.doesNotMatch(queryAnswer("sns", "DeleteTopic", {}, "r"), /Result/);
    assert.match(queryAnswer("sqs", "ListQueues", { QueueUrls: ["a&b"] }, "r"), /<QueueUrl>a&amp;b<\/QueueUrl>/);
  });

  it("has its own error codes", () => {
    const code = (service: "sqs" | "sns", name: string) => queryCode(service, new ServiceError(name, ""));
    assert.equal(code("sqs", "com.amazonaws.sqs#QueueDoesNotExist"), "AWS.SimpleQueueService.NonExistentQueue");
    assert.deepEqual(
      [code("sqs", "AccessDeniedException"), code("sns", "AccessDeniedException")],
      ["AccessDenied", "AuthorizationError"],
    );
  });
});
