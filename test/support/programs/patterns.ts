// The programs of docs/guides/{ordering,idempotency,large-payloads}.md together, so that one run serves them all.
export * from "../../../docs/examples/large-payloads";
export * from "../../../docs/examples/ordering";
export * from "../../../docs/examples/uploads";
export * from "../../../docs/examples/welcome";
