import type { Grant } from '../../core/index.ts';

/** A machine that was paired: known by its key, whatever it calls itself. */
export interface DeviceRecord {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** SHA-256 of its public key (RFC 7638), base64url. */
  readonly thumbprint: string;
  /** What it said it runs, as `iris-tui/0.1.0`. */
  readonly software: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly seenAt: number;
  /** Network address it last came from. */
  readonly seenFrom?: string;
  readonly grants: readonly Grant[];
}

/** The tokens that follow from one pairing. Only digests (SHA-256) are kept. */
export interface FamilyRecord {
  readonly id: string;
  readonly device: string;
  /** Those that may still be good, the newest last. */
  readonly access: readonly { readonly digest: string; readonly expiresAt: number }[];
  readonly refresh: string;
  readonly refreshExpiresAt: number;
  /** Refresh tokens that were replaced a moment ago: a device that did not get the answer may ask again. */
  readonly replaced: readonly Replaced[];
}

export interface Replaced {
  readonly digest: string;
  readonly salt: string;
  readonly at: number;
  readonly accessExpiresAt: number;
  readonly refreshExpiresAt: number;
}

/** A token for a script: whoever has it may use it. */
export interface BearerRecord {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly seenAt?: number;
  readonly seenFrom?: string;
  readonly grants: readonly Grant[];
}

/** What is kept of who may come in. */
export interface AccessRecords {
  readonly devices: readonly DeviceRecord[];
  readonly families: readonly FamilyRecord[];
  readonly tokens: readonly BearerRecord[];
}

/** Something of it. */
export type AccessRecord =
  | { readonly kind: 'device'; readonly record: DeviceRecord }
  | { readonly kind: 'family'; readonly record: FamilyRecord }
  | { readonly kind: 'token'; readonly record: BearerRecord };

/** Where it is kept. */
export interface AccessStore {
  saveAccess(saved: AccessRecord): void;
  deleteAccess(kind: AccessRecord['kind'], id: string): void;
  /** Resolves when all of it is on the disk. @throws IrisError `storage` */
  saved(): Promise<void>;
}
