// A consumer whose function also logs at the level DEBUG, which Lambda leaves out otherwise.
import type * as pulumi from "@pulumi/pulumi";
import { QueueConsumer } from "spillway";
import { reviewOrder } from "./callbacks";

const debugLogs: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === "aws:lambda/function:Function"
    ? { props: { ...props, loggingConfig: { ...props.loggingConfig, applicationLogLevel: "DEBUG" } }, opts }
    : undefined;

new QueueConsumer("review", { callback: reviewOrder }, { transforms: [debugLogs] });
