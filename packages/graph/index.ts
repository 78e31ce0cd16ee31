// The public interface of @spillway/graph: a program evaluated without an engine, and its resources.
export * from "./evaluate/consumers";
export * from "./evaluate/default-tsconfig";
export * from "./evaluate/evaluate";
export * from "./evaluate/open-program";
export * from "./evaluate/project";
export * from "./evaluate/project-rules";
export * from "./evaluate/subscription-arn";
export * from "./evaluate/usable-project";
export * from "./graph";
export * from "./partition";
