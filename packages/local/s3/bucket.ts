// What a bucket holds: objects, multipart uploads that are under way, and its settings. All of it is in memory.
import type { Checksum, ChecksumAlgorithm } from "./checksums";
import type { Notification } from "./notifications";

/** What a client says about an object, and gets back with it. */
export interface Description {
  /** Members of the API, as `ContentType`. */
  readonly headers: Readonly<Record<string, string>>;
  /** User-defined metadata, by names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StoredObject extends Description {
  readonly key: string;
  readonly body: Buffer;
  /** Without the quotation marks. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly checksum: Checksum | undefined;
}

export interface Part {
  readonly number: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: number;
  readonly checksum: Checksum | undefined;
}

export interface Upload extends Description {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly isFullObject: boolean;
  readonly parts: Map<number, Part>;
}

export interface Bucket {
  readonly name: string;
  readonly created: number;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  /** JSON; undefined: none. */
  policy: string | undefined;
  /** Whether its policy may let everybody in. AWS blocks that on each new bucket. */
  blocksPublicAccess: boolean;
  notifications: readonly Notification[];
}

export const newBucket = (name: string, created: number): Bucket => ({
  name,
  created,
  objects: new Map(),
  uploads: new Map(),
  policy: undefined,
  blocksPublicAccess: true,
  notifications: [],
});
