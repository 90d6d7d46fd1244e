/** The package `ssh2`: 40 ms and 10 MB that only who uses it shall pay. */
export type Ssh2 = typeof import('ssh2');

let loading: Promise<Ssh2> | undefined;

export function loadSsh2(): Promise<Ssh2> {
  loading ??= import('ssh2').then((module) => ('default' in module ? (module.default as Ssh2) : module));
  return loading;
}
