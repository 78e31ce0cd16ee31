// The face `spillway/testing`: a whole program in a test, on this machine. It needs the package @spillway/testing.
export * from "@spillway/testing";
