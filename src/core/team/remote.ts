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
  /**
   * The session lives in the hub of that machine, where it outlives the connection. `auto`: where iris-tui is installed there and the hub is reached
   * without asking anybody; else as without.
   */
  readonly persist?: true | 'auto';
  /** Further words for ssh, before the host. */
  readonly extraSshArgs?: readonly string[];
}

/** Another hub. */
export type FarHubRef =
  /** One that this user was paired with, by the name it has here. */
  | { readonly kind: 'known'; readonly name: string }
  /** One that dials in and offers its sessions: the device it was paired as. */
  | { readonly kind: 'runner'; readonly device: string; readonly name: string }
  /** The one of a machine that a command leads to: `ssh host`. */
  | { readonly kind: 'carried'; readonly remote: Exclude<Remote, { kind: 'websocket' }> };

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
    }
  | {
      readonly kind: 'websocket';
      readonly hub: FarHubRef;
      /** Id of a session there; absent: one is started there. */
      readonly session?: string;
      /** For people. */
      readonly words: readonly string[];
      readonly options: RemoteOptions;
    };

/** Equal for the same hub. */
export function hubKey(ref: FarHubRef): string {
  if (ref.kind === 'known') return `known ${ref.name}`;
  return ref.kind === 'runner' ? `runner ${ref.device}` : `carried ${JSON.stringify(withoutSecrets(ref.remote))}`;
}

/** The same on a runner that has another name now. */
export function atRunner(remote: Remote, name: string): Remote {
  if (remote.kind !== 'websocket' || remote.hub.kind !== 'runner') return remote;
  const { hub, words } = remote;
  const isOf = (word: string): boolean => word === hub.name || word.startsWith(`${hub.name}/`);
  const named = words.map((word) => (isOf(word) ? name + word.slice(hub.name.length) : word));
  return { ...remote, hub: { ...hub, name }, words: named };
}

export function transportOf(remote: Remote | undefined): 'local' | Remote['kind'] {
  return remote?.kind ?? 'local';
}

/** For the disk: everything but what is secret. */
export function withoutSecrets(remote: Remote): Remote {
  const { passphrase: _secret, ...options } = remote.options;
  if (remote.kind !== 'websocket' || remote.hub.kind !== 'carried') return { ...remote, options };
  const carrier = withoutSecrets(remote.hub.remote) as Exclude<Remote, { kind: 'websocket' }>;
  return { ...remote, options, hub: { kind: 'carried', remote: carrier } };
}
