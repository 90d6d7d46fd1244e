import type { ParsedKey, SigningRequestOptions } from 'ssh2';
import { IrisError } from '../../core/index.ts';
import type { Asker } from './dialogue.ts';
import { type KeyFile, readKeyFile, WrongPassphrase } from './key-file.ts';
import type { Ssh2 } from './library.ts';
import type { HostSettings } from './settings.ts';

/** An agent that says nothing for this long is passed over: it may be one that was forwarded over a connection that is gone. */
const AGENT_PATIENCE_MS = 5_000;
/** As ssh asks. */
const PASSPHRASE_TRIES = 3;
/** An agent with more keys than this is cut: servers refuse after six. */
const AGENT_KEYS_LIMIT = 64;

/** A key to show to the server, and who signs with it when the server wants it. */
export interface Identity {
  readonly label: string;
  readonly publicKey: ParsedKey;
  /** @throws Error, in words: this key cannot be used after all. */
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

export interface Identities {
  readonly list: readonly Identity[];
  /** Files that were named and are not there. */
  readonly missing: readonly string[];
  /** What else was found wrong, as lines. */
  readonly notes: readonly string[];
  /** Encrypted keys for which there was no passphrase, once the server wanted them. */
  readonly locked: Set<string>;
  /** Those of them that the passphrase of the team does not open. */
  readonly wrong: Set<string>;
}

type Failed = Pick<Identities, 'locked' | 'wrong'>;

export interface IdentityContext {
  readonly ssh2: Ssh2;
  /** Absent: nobody is there. */
  readonly dialogue: Asker | undefined;
  readonly passphrase: string | undefined;
}

/** Which keys there are, in the order in which ssh tries them: those of the agent that are named, the others of the agent, then files. */
export async function findIdentities(settings: HostSettings, context: IdentityContext): Promise<Identities> {
  const { ssh2 } = context;
  const notes: string[] = [];
  const missing = [...settings.missingIdentities];
  const locked = new Set<string>();
  const wrong = new Set<string>();
  const files: KeyFile[] = [];
  // A file may be the public half of a key that only the agent has.
  const named: { readonly path: string; readonly publicKey: ParsedKey | undefined }[] = [];
  for (const path of settings.identityFiles) {
    const file = await readKeyFile(path, ssh2);
    if ('path' in file) {
      files.push(file);
      named.push(file);
      continue;
    }
    const half = await publicHalf(path, ssh2);
    if (half) named.push({ path, publicKey: half });
    else if (!file.missing) notes.push(file.why);
    else if (!settings.defaultIdentities) missing.push(path);
  }
  const agentKeys = await keysOfAgent(settings.agent, ssh2, notes);
  const has = (key: ParsedKey | undefined, other: ParsedKey) => key !== undefined && blobOf(key).equals(blobOf(other));
  const fromAgent = (key: ParsedKey): Identity => ({
    label: `${key.comment || 'a key'} (agent)`,
    publicKey: key,
    sign: (data, hash) => signWithAgent(settings.agent ?? '', key, data, hash, ssh2),
  });
  const firstAgent = named.flatMap(({ publicKey }) => agentKeys.filter((key) => has(publicKey, key)));
  const otherAgent = settings.identitiesOnly ? [] : agentKeys.filter((key) => !firstAgent.includes(key));
  const list: Identity[] = [...firstAgent, ...otherAgent].map(fromAgent);
  for (const file of files) {
    if (firstAgent.some((key) => has(file.publicKey, key))) continue;
    const identity = await fromFile(file, context, { locked, wrong });
    if (identity) list.push(identity);
  }
  return { list, missing, notes, locked, wrong };
}

async function publicHalf(path: string, ssh2: Ssh2): Promise<ParsedKey | undefined> {
  const { readFile } = await import('node:fs/promises');
  for (const candidate of [path, `${path}.pub`]) {
    const text = await readFile(candidate, 'latin1').catch(() => '');
    const key = /^(ssh-|ecdsa-)/.test(text) ? ssh2.utils.parseKey(text) : undefined;
    if (key && !(key instanceof Error) && !Array.isArray(key)) return key;
  }
  return undefined;
}

async function fromFile(file: KeyFile, context: IdentityContext, failed: Failed): Promise<Identity | undefined> {
  let opened: Promise<ParsedKey> | undefined;
  const open = () => {
    opened ??= unlock(file, context, failed);
    return opened;
  };
  const sign = async (data: Buffer, hash: string | undefined) => signed((await open()).sign(data, hash));
  if (file.publicKey) return { label: file.path, publicKey: file.publicKey, sign };
  try {
    // An old file that does not say which key it is before it is opened.
    return { label: file.path, publicKey: await open(), sign };
  } catch (error) {
    if (error instanceof IrisError) throw error;
    return undefined;
  }
}

function signed(signature: Buffer | Error): Buffer {
  if (signature instanceof Error) throw signature;
  return signature;
}

/** The key itself, with the passphrase of the team or one that is asked for. */
async function unlock(file: KeyFile, context: IdentityContext, { locked, wrong }: Failed): Promise<ParsedKey> {
  const { dialogue, passphrase } = context;
  if (!file.encrypted) return await file.open(undefined);
  if (passphrase !== undefined) {
    try {
      return await file.open(passphrase);
    } catch (error) {
      if (!(error instanceof WrongPassphrase)) throw error;
      wrong.add(file.path);
    }
  }
  for (let tries = 0; dialogue && tries < PASSPHRASE_TRIES; tries++) {
    const answer = await dialogue.ask(`Enter passphrase for key '${file.path}': `, { echo: false });
    // ssh goes on to the next key then.
    if (answer === '') break;
    try {
      return await file.open(answer);
    } catch (error) {
      if (!(error instanceof WrongPassphrase)) throw error;
    }
  }
  locked.add(file.path);
  throw new Error(`${file.path} is locked by a passphrase`);
}

function blobOf(key: ParsedKey): Buffer {
  return key.getPublicSSH();
}

async function keysOfAgent(path: string | undefined, ssh2: Ssh2, notes: string[]): Promise<ParsedKey[]> {
  if (path === undefined) return [];
  const agent = new ssh2.OpenSSHAgent(path);
  try {
    const keys = await within<unknown[]>((done) =>
      agent.getIdentities(done as Parameters<typeof agent.getIdentities>[0]),
    );
    // A key that ssh2 does not know (of a security key) was left out by it.
    return (keys as ParsedKey[]).slice(0, AGENT_KEYS_LIMIT);
  } catch {
    notes.push(`the agent at ${path} does not answer`);
    return [];
  }
}

function signWithAgent(
  path: string,
  key: ParsedKey,
  data: Buffer,
  hash: string | undefined,
  ssh2: Ssh2,
): Promise<Buffer> {
  const agent = new ssh2.OpenSSHAgent(path);
  // No bound: the user may have to touch something, or to confirm.
  return new Promise((resolve, reject) => {
    const options = (hash === undefined ? {} : { hash }) as SigningRequestOptions;
    agent.sign(key, data, options, (error, signature) => {
      if (error || !signature) reject(new Error(`the agent would not sign with ${key.comment || 'its key'}`));
      else resolve(signature);
    });
  });
}

function within<T>(start: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), AGENT_PATIENCE_MS);
    start((error, value) => {
      clearTimeout(timer);
      if (error || value === undefined) reject(error ?? new Error('no answer'));
      else resolve(value);
    });
  });
}
