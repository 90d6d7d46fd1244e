export type TransportKind = 'local' | 'openssh' | 'ssh2' | 'exec' | 'websocket';

/** stopped → connecting (remote only) → spawning → ready → terminating → stopped. */
export type TransportStatus = 'stopped' | 'connecting' | 'spawning' | 'ready' | 'terminating';
