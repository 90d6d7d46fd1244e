import { userInfo } from 'node:os';

/** Whoever this process runs as. */
export interface ThisUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  /** Login shell. */
  readonly shell: string;
}

/** As the password file has it. A user of a container need not be in it (`docker run --user 1234`): then as `env` has it. */
export function thisUser(env: Readonly<Record<string, string | undefined>>): ThisUser {
  try {
    const { username, uid, homedir: home, shell } = userInfo();
    return { name: username, uid, home, shell: shell || '/bin/sh' };
  } catch {
    const uid = process.getuid?.() ?? -1;
    return { name: env.USER || env.LOGNAME || String(uid), uid, home: env.HOME || '/', shell: '/bin/sh' };
  }
}
