// Applies the transforms of a program as the engine does: those of the resource, then of the components around it, then
// of the stack.
// https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
import * as grpc from "@grpc/grpc-js";
import type { Value } from "../graph";
import { plainOf } from "./wire";

/** The local address at which Pulumi's runtime serves a function of the program. */
export interface TransformCallback {
  getTarget(): string;
  getToken(): string;
}

/** What a transform may change of a registration. */
export interface Transformed {
  /** Inputs in the form in which they are sent to the engine. */
  readonly wire: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly dependsOn: readonly string[];
  /** Protocol messages of Pulumi, which are passed on unread. */
  readonly aliases: readonly AliasMessage[];
  readonly importId: string | undefined;
}

export interface AliasMessage {
  toObject(): object;
}

interface Options {
  getProtect(): boolean;
  getRetainOnDelete(): boolean;
  getDeleteBeforeReplace(): boolean;
  getIgnoreChangesList(): string[];
  getReplaceOnChangesList(): string[];
  getDependsOnList(): string[];
  getAliasesList(): AliasMessage[];
  getImport(): string;
}

interface Answer {
  getResponse_asU8(): Uint8Array;
}

interface Client extends grpc.Client {
  invoke(
    request: unknown,
    options: { readonly deadline: number },
    callback: (error: Error | null, answer: Answer) => void,
  ): void;
}

type Message = Record<string, (value: unknown) => void> & { serializeBinary(): Uint8Array };
const { TransformRequest, TransformResourceOptions, TransformResponse } =
  require("@pulumi/pulumi/proto/resource_pb") as {
    TransformRequest: new () => Message;
    TransformResourceOptions: new () => Message;
    TransformResponse: {
      deserializeBinary(bytes: Uint8Array): {
        getProperties(): { toJavaScript(): Record<string, unknown> } | undefined;
        getOptions(): Options | undefined;
      };
    };
  };
const { CallbackInvokeRequest } = require("@pulumi/pulumi/proto/callback_pb") as {
  CallbackInvokeRequest: new () => Message;
};
const { CallbacksClient } = require("@pulumi/pulumi/proto/callback_grpc_pb") as {
  CallbacksClient: new (address: string, credentials: grpc.ChannelCredentials) => Client;
};
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: unknown): unknown };
};

/** A transform is expected not to wait for anything. */
const milliseconds = 30_000;

export interface Subject {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
}

export class Transforms {
  readonly #ofResources = new Map<string, readonly TransformCallback[]>();
  readonly #ofStack: TransformCallback[] = [];
  readonly #clients = new Map<string, Client>();

  addToStack(callback: TransformCallback): void {
    this.#ofStack.push(callback);
  }

  /** `parentOf` returns the URN of the parent of a resource. Rejects with the error that a transform throws. */
  async apply(
    subject: Subject,
    own: readonly TransformCallback[],
    given: Transformed,
    parentOf: (urn: string) => string | undefined,
  ): Promise<Transformed> {
    if (!subject.custom) this.#ofResources.set(subject.urn, own);
    const callbacks = [...own];
    for (let urn: string | undefined = subject.parent; urn; urn = parentOf(urn)) {
      callbacks.push(...(this.#ofResources.get(urn) ?? []));
    }
    let result = given;
    for (const callback of [...callbacks, ...this.#ofStack]) result = await this.#call(callback, subject, result);
    return result;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  async #call(callback: TransformCallback, subject: Subject, before: Transformed): Promise<Transformed> {
    const target = callback.getTarget();
    const client = this.#clients.get(target) ?? new CallbacksClient(target, grpc.credentials.createInsecure());
    this.#clients.set(target, client);
    const request = message(CallbackInvokeRequest, {
      Token: callback.getToken(),
      Request: requestOf(subject, before).serializeBinary(),
    });
    const answer = await new Promise<Answer>((resolve, reject) =>
      client.invoke(request, { deadline: Date.now() + milliseconds }, (error, value) =>
        error === null
          ? resolve(value)
          : reject(new Error(`A transform of "${subject.name}" failed: ${textOf(error)}`)),
      ),
    );
    const response = TransformResponse.deserializeBinary(answer.getResponse_asU8());
    const options = response.getOptions();
    const wire = response.getProperties()?.toJavaScript() ?? before.wire;
    if (options === undefined) return { ...before, wire };
    return {
      wire,
      protect: options.getProtect(),
      retainOnDelete: options.getRetainOnDelete(),
      deleteBeforeReplace: options.getDeleteBeforeReplace(),
      ignoreChanges: options.getIgnoreChangesList(),
      replaceOnChanges: options.getReplaceOnChangesList(),
      dependsOn: options.getDependsOnList(),
      aliases: options.getAliasesList(),
      importId: options.getImport() || undefined,
    };
  }
}

function requestOf({ type, name, custom, parent }: Subject, given: Transformed): Message {
  const options = message(TransformResourceOptions, {
    Protect: given.protect,
    RetainOnDelete: given.retainOnDelete,
    DeleteBeforeReplace: given.deleteBeforeReplace,
    IgnoreChangesList: given.ignoreChanges,
    ReplaceOnChangesList: given.replaceOnChanges,
    DependsOnList: given.dependsOn,
    AliasesList: given.aliases,
    Import: given.importId ?? "",
  });
  const Properties = Struct.fromJavaScript(given.wire);
  return message(TransformRequest, {
    Type: type,
    Name: name,
    Custom: custom,
    Parent: parent,
    Properties,
    Options: options,
  });
}

function message(Kind: new () => Message, fields: Readonly<Record<string, unknown>>): Message {
  const made = new Kind();
  for (const [field, value] of Object.entries(fields)) made[`set${field}`]?.(value);
  return made;
}

const textOf = (error: Error) => ("details" in error ? String(error.details) : error.message);

/** Aliases as plain data. */
export const plainAliases = (aliases: readonly AliasMessage[]): readonly Value[] =>
  aliases.map((alias) => plainOf(alias.toObject()));
