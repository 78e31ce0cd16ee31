// What CloudWatch takes as a dashboard's body, and by which dimensions AWS publishes the metrics in it.

const axis = {
  type: "object",
  additionalProperties: false,
  properties: {
    label: { type: "string" },
    min: { type: "number" },
    max: { type: "number" },
    showUnits: { type: "boolean" },
  },
};
const color = { type: "string", pattern: "^#[0-9a-f]{6}$" };
const rendering = {
  stat: { type: "string", pattern: "^(Average|Minimum|Maximum|Sum|SampleCount|p\\d{1,2}(\\.\\d{1,10})?)$" },
  label: { type: "string" },
  color,
  yAxis: { enum: ["left", "right"] },
  id: { type: "string", pattern: "^[a-z][A-Za-z0-9_]*$" },
  visible: { type: "boolean" },
  period: { type: "integer", minimum: 60, multipleOf: 60 },
};
const metric = {
  type: "array",
  minItems: 1,
  items: [{ type: "string", pattern: "^[^:].*$" }, { type: "string" }],
  additionalItems: {
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "object", additionalProperties: false, properties: rendering },
    ],
  },
};
const expression = {
  type: "array",
  minItems: 1,
  maxItems: 1,
  items: {
    type: "object",
    required: ["expression"],
    additionalProperties: false,
    properties: { expression: { type: "string", minLength: 1 }, ...rendering },
  },
};
const text = {
  type: "object",
  required: ["markdown"],
  additionalProperties: false,
  properties: { markdown: { type: "string" }, background: { enum: ["transparent", "solid"] } },
};
const metrics = {
  type: "object",
  required: ["metrics", "region"],
  additionalProperties: false,
  properties: {
    title: { type: "string" },
    region: { type: "string", pattern: "^[a-z]{2}(-[a-z]+)+-\\d$" },
    view: { enum: ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"] },
    stacked: { type: "boolean" },
    stat: rendering.stat,
    period: rendering.period,
    liveData: { type: "boolean" },
    setPeriodToTimeRange: { type: "boolean" },
    sparkline: { type: "boolean" },
    singleValueFullPrecision: { type: "boolean" },
    legend: {
      type: "object",
      additionalProperties: false,
      properties: { position: { enum: ["right", "bottom", "hidden"] } },
    },
    yAxis: { type: "object", additionalProperties: false, properties: { left: axis, right: axis } },
    annotations: {
      type: "object",
      additionalProperties: false,
      properties: {
        horizontal: {
          type: "array",
          items: {
            type: "object",
            required: ["value"],
            additionalProperties: false,
            properties: {
              value: { type: "number" },
              label: { type: "string" },
              color,
              fill: { enum: ["above", "below", "none"] },
              visible: { type: "boolean" },
              yAxis: { enum: ["left", "right"] },
            },
          },
        },
      },
    },
    metrics: { type: "array", minItems: 1, maxItems: 500, items: { anyOf: [expression, metric] } },
  },
};
const widget = (type: string, properties: object) => ({
  type: "object",
  required: ["type", "x", "y", "width", "height", "properties"],
  additionalProperties: false,
  properties: {
    type: { const: type },
    x: { type: "integer", minimum: 0, maximum: 23 },
    y: { type: "integer", minimum: 0 },
    width: { type: "integer", minimum: 1, maximum: 24 },
    height: { type: "integer", minimum: 1, maximum: 1000 },
    properties,
  },
});

/**
 * JSON Schema of
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html, of text
 * and metric widgets.
 */
export const bodySchema = {
  type: "object",
  required: ["widgets"],
  additionalProperties: false,
  properties: {
    start: { type: "string" },
    end: { type: "string" },
    periodOverride: { enum: ["auto", "inherit"] },
    widgets: { type: "array", maxItems: 500, items: { anyOf: [widget("text", text), widget("metric", metrics)] } },
  },
};

const byQueue = ["QueueName"];
const byFunction = ["FunctionName"];
const byTopic = ["TopicName"];
const byTable = ["TableName"];
const byStage = ["ApiName", "Stage"];
const byStream = ["StreamName"];
const byGroup = ["ScheduleGroup"];

/**
 * As the services' own pages have them; of EventBridge's, those of a rule of a bus of its own have EventBusName, too.
 */
export const dimensionsOf: Readonly<Record<string, readonly string[]>> = {
  "AWS/SQS NumberOfMessagesSent": byQueue,
  "AWS/SQS NumberOfMessagesDeleted": byQueue,
  "AWS/SQS ApproximateNumberOfMessagesVisible": byQueue,
  "AWS/SQS ApproximateNumberOfMessagesNotVisible": byQueue,
  "AWS/SQS ApproximateAgeOfOldestMessage": byQueue,
  "AWS/Lambda Invocations": byFunction,
  "AWS/Lambda Errors": byFunction,
  "AWS/Lambda Throttles": byFunction,
  "AWS/Lambda Duration": byFunction,
  "AWS/Lambda IteratorAge": byFunction,
  "AWS/Lambda AsyncEventsReceived": byFunction,
  "AWS/Lambda AsyncEventAge": byFunction,
  "AWS/Lambda AsyncEventsDropped": byFunction,
  "AWS/Lambda DestinationDeliveryFailures": byFunction,
  "AWS/Kinesis IncomingRecords": byStream,
  "AWS/Kinesis WriteProvisionedThroughputExceeded": byStream,
  "AWS/DynamoDB ReturnedRecordsCount": ["Operation", "StreamLabel", "TableName"],
  "AWS/DynamoDB ConsumedReadCapacityUnits": byTable,
  "AWS/DynamoDB ConsumedWriteCapacityUnits": byTable,
  "AWS/DynamoDB ReadThrottleEvents": byTable,
  "AWS/DynamoDB WriteThrottleEvents": byTable,
  "AWS/SNS NumberOfMessagesPublished": byTopic,
  "AWS/SNS NumberOfNotificationsDelivered": byTopic,
  "AWS/SNS NumberOfNotificationsFilteredOut": byTopic,
  "AWS/SNS NumberOfNotificationsFailed": byTopic,
  "AWS/SNS NumberOfNotificationsRedrivenToDlq": byTopic,
  "AWS/SNS NumberOfNotificationsFailedToRedriveToDlq": byTopic,
  "AWS/SNS NumberOfNotificationsFilteredOut-InvalidAttributes": byTopic,
  "AWS/Scheduler InvocationAttemptCount": byGroup,
  "AWS/Scheduler TargetErrorCount": byGroup,
  "AWS/Scheduler InvocationDroppedCount": byGroup,
  "AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount": byGroup,
  "AWS/Events Invocations": ["RuleName"],
  "AWS/Events FailedInvocations": ["RuleName"],
  "AWS/Events InvocationsSentToDlq": ["RuleName"],
  "AWS/Events InvocationsFailedToBeSentToDlq": ["RuleName"],
  "AWS/ApiGateway Count": byStage,
  "AWS/ApiGateway 4XXError": byStage,
  "AWS/ApiGateway 5XXError": byStage,
  "AWS/ApiGateway Latency": byStage,
  "AWS/ApiGateway IntegrationLatency": byStage,
  // The consumer's own, of Powertools.
  "Spillway RecordsRetried": ["service"],
  "Spillway RecordsDeadLettered": ["service"],
};
