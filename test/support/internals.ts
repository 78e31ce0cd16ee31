// What a package keeps to itself, for tests of another package that hold the two against each other.
export { modelOf } from "../../components/http-ingress/json-schema";
export { kinesisHandler } from "../../components/runtime/handlers/kinesis";
export { iamList } from "../../packages/graph/read/iam-list";
export { compileModel } from "../../packages/local/api-gateway/validation";
export { compileEventPattern } from "../../packages/local/events/event-pattern";
export { filterable } from "../../packages/local/sns/message-attributes";
export { compareGraphs } from "../../packages/review/compare";
export { findingsOf } from "../../packages/review/policy-findings";
