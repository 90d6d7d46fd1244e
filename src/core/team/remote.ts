/** How a connection is made, beyond what the words of `remote` say. Times in milliseconds. Absent: what ssh and its config say. */
export interface RemoteOptions {
  /** Path of a private key; `~` is this machine's home. */
  readonly identity?: string;
  /** Of the private key. A secret: never in argv, logs, listings or on disk. */
  readonly passphrase?: string;
  readonly port?: number;
  /** true (the default of openssh's BatchMode too): unknown and changed hosts are refused. `accept-new`: unknown ones are remembered. false: all are taken. */
  readonly strictHostKeyChecking?: boolean | 'accept-new';
  readonly connectTimeoutMs?: number;
  readonly serverAliveIntervalMs?: number;
  readonly serverAliveCountMax?: number;
  readonly compression?: boolean;
  readonly forwardAgent?: boolean;
  /** Further words for ssh, before the host. */
  readonly extraSshArgs?: readonly string[];
}

/** Where a process runs, when not beside the hub. */
export type Remote =
  | {
      readonly kind: 'openssh' | 'ssh2';
      /** What the user wrote after `ssh`: options and the destination, as argv. */
      readonly words: readonly string[];
      readonly options: RemoteOptions;
    }
  | {
      readonly kind: 'exec';
      /** A command prefix, as argv: `docker exec -i web`. The agent's command follows it. */
      readonly words: readonly string[];
      readonly options: RemoteOptions;
    };

export function transportOf(remote: Remote | undefined): 'local' | Remote['kind'] {
  return remote?.kind ?? 'local';
}

/** For the disk: everything but what is secret. */
export function withoutSecrets(remote: Remote): Remote {
  const { passphrase: _secret, ...options } = remote.options;
  return { ...remote, options };
}
