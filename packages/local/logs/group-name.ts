// The name of a log group in what a request calls it by.

/** `identifier` is the name of a log group or its ARN, which may end with `:*`. */
export const groupNameIn = (identifier: string) =>
  identifier.replace(/^arn:[^:]+:logs:[^:]*:\d*:log-group:/, "").replace(/:\*$/, "");
