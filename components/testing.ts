// The face `spillway/testing`: a whole program in a test, on this machine, and one callback as a plain function. It
// needs the package @spillway/testing.

export * from "@spillway/testing";
export { type Invocation, invoke, type WindowInvocation } from "./callback";
