import type {
  AnyAuthMethod,
  BaseAgent,
  IdentityCallback,
  NextAuthHandler,
  ParsedKey,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2';
import { IrisError, plainText } from '../../core/index.ts';
import { type Asker, cleanLines } from './dialogue.ts';
import { refusedLogin } from './failures.ts';
import { findIdentities, type Identities, type Identity, type IdentityContext } from './identities.ts';
import { type HostSettings, placeOf } from './settings.ts';

/** Prompts of one round of keyboard-interactive; a server that sends more is not answered. */
const PROMPTS_LIMIT = 16;

export interface LoginContext extends IdentityContext {
  readonly settings: HostSettings;
  /** For the diagnostics. */
  readonly note: (line: string) => void;
  /** No password may be given to this server (its host key is not the known one). */
  readonly keysOnly: () => boolean;
  /** The login cannot go on; the connection is to be closed. */
  readonly fail: (error: IrisError) => void;
}

/** Logs in as ssh does: keys first, then questions; each method only while the server offers it. */
export class Login {
  readonly #context: LoginContext;
  #identities: Identities | undefined;
  #waiting: Identity[] = [];
  readonly #tried: string[] = [];
  /** What the server last said that may go on. */
  #methods: readonly string[] | undefined;
  #rounds = { 'keyboard-interactive': 0, password: 0 };
  #wouldAsk = false;
  /** Something was typed, and was not right. */
  #answered = false;

  constructor(context: LoginContext) {
    this.#context = context;
  }

  /** Before the connection: files and the agent are read. */
  async prepare(): Promise<void> {
    this.#identities = await findIdentities(this.#context.settings, this.#context);
    this.#waiting = [...this.#identities.list];
    for (const line of this.#identities.notes) this.#context.note(line);
  }

  /** The server refused one step, or took it and wants another. */
  refused(methods: readonly string[], partial: boolean): void {
    this.#methods = methods.slice(0, PROMPTS_LIMIT);
    if (partial) this.#rounds = { 'keyboard-interactive': 0, password: 0 };
  }

  /** For ssh2: what to try next. */
  get handler(): (methods: string[] | null, partial: boolean | null, next: NextAuthHandler) => void {
    return (methods, _partial, next) => {
      if (methods && !this.#methods) this.#methods = methods;
      this.#next().then(
        // The types do not know that false ends it.
        (method) => next(method as AnyAuthMethod),
        (error: unknown) => this.#context.fail(IrisError.from(error)),
      );
    };
  }

  async #next(): Promise<AnyAuthMethod | false> {
    const { settings } = this.#context;
    const username = settings.user;
    // Asks which methods there are.
    if (!this.#methods) return { type: 'none', username };
    for (const method of settings.methods) {
      if (!this.#methods.includes(method)) continue;
      if (method === 'publickey') {
        const identity = this.#waiting.shift();
        if (!identity) continue;
        this.#tried.push(identity.label);
        this.#context.note(`offering the key ${identity.label}`);
        return { type: 'agent', username, agent: this.#agentOf(identity) } as AnyAuthMethod;
      }
      const { dialogue } = this.#context;
      if (!dialogue || this.#context.keysOnly()) {
        this.#wouldAsk = true;
        continue;
      }
      if (method === 'keyboard-interactive' && this.#rounds[method]++ < settings.passwordPrompts) {
        this.#answered = true;
        return { type: method, username, prompt: (...args) => this.#answer(dialogue, ...args) };
      }
      if (method === 'password' && this.#rounds[method]++ < settings.passwordPrompts) {
        const again = this.#rounds[method] > 1 ? 'Permission denied, please try again.\n' : '';
        const password = await dialogue.ask(`${again}${username}@${settings.host}'s password: `, { echo: false });
        this.#answered = true;
        return { type: method, username, password };
      }
    }
    return false;
  }

  /** ssh2 asks an agent with this one key: so nothing has to be opened before the server wants it. */
  #agentOf(identity: Identity): BaseAgent<ParsedKey> {
    const { ssh2, note, fail } = this.#context;
    const isRsa = identity.publicKey.type === 'ssh-rsa';
    class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
      getIdentities(done: IdentityCallback<ParsedKey>): void {
        done(null, [identity.publicKey]);
      }

      sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
        const hash = typeof options === 'object' ? options.hash : undefined;
        const answer = (typeof options === 'function' ? options : done)!;
        // A server that knows no better than SHA-1 gets no signature.
        if (isRsa && hash !== 'sha256' && hash !== 'sha512') {
          note(`${identity.label}: the server takes RSA keys with SHA-1 only`);
          answer(new Error('SHA-1 is not used'));
          return;
        }
        identity.sign(data, hash).then(
          (signature) => answer(null, signature),
          (error: unknown) => {
            if (error instanceof IrisError) fail(error);
            note((error as Error).message);
            answer(error as Error);
          },
        );
      }
    }
    return new OneKeyAgent();
  }

  async #ask(dialogue: Asker, prompts: readonly { prompt: string; echo?: boolean }[]): Promise<string[]> {
    const { settings } = this.#context;
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      answers.push(await dialogue.ask(`(${settings.user}@${settings.host}) ${prompt}`, { echo: echo === true }));
    }
    return answers;
  }

  #answer(
    dialogue: Asker,
    name: string,
    instructions: string,
    _language: string,
    prompts: { prompt: string; echo?: boolean }[],
    finish: (answers: string[]) => void,
  ): void {
    if (prompts.length > PROMPTS_LIMIT) {
      this.#context.fail(refusedLogin(`${placeOf(this.#context.settings)} asks too many questions`, 'set ssh2: false'));
      return;
    }
    for (const text of [name, instructions]) if (cleanLines(text).join('').trim() !== '') dialogue.say(text.trimEnd());
    this.#ask(dialogue, prompts).then(finish, (error: unknown) => this.#context.fail(IrisError.from(error)));
  }

  /** When nothing is left to try. */
  failure(): IrisError {
    const { settings, dialogue } = this.#context;
    const place = placeOf(settings);
    const { missing = [], notes = [], locked = new Set<string>() } = this.#identities ?? {};
    // One that a configuration names for many hosts may well be missing; one that was named for this host may not.
    const lost = settings.missingIdentities[0] ?? (this.#tried.length === 0 ? missing[0] : undefined);
    const [lockedKey] = locked;
    const keys = this.#tried.length;
    const methods =
      this.#methods && this.#methods.length > 0 ? ` (${this.#methods.map((one) => plainText(one, 40)).join(',')})` : '';
    const what = (how = '') => `${place} refused the login of ${settings.user}${how}${methods}`;
    if (lost !== undefined) return refusedLogin(`${what()}: there is no key ${lost}`, 'correct identity');
    if (lockedKey !== undefined && this.#identities?.wrong.has(lockedKey)) {
      return refusedLogin(`${place}: the passphrase of ${lockedKey} is wrong`, 'correct remoteOptions.passphrase');
    }
    if (lockedKey !== undefined) {
      const why = dialogue ? 'its passphrase was not given' : 'nobody is there to type its passphrase';
      return refusedLogin(
        `the key ${lockedKey} is locked, and ${why}`,
        `ssh-add ${lockedKey}, or set remoteOptions.passphrase`,
      );
    }
    if (this.#wouldAsk && !dialogue)
      return refusedLogin(what(' without a password'), 'press R to connect and answer its question');
    if (this.#answered) return refusedLogin(what(), 'check the user and what you type; press R to try again');
    const [note] = notes;
    if (note !== undefined)
      return refusedLogin(`${what()}: ${note}`, 'correct that, or name another key with identity');
    if (keys === 0)
      return refusedLogin(
        `${what()}: there is no key to show`,
        'check the user, and name a key with identity, or ssh-add one',
      );
    return refusedLogin(
      `${what()}: ${keys === 1 ? 'one key was' : `${keys} keys were`} tried`,
      `check the user, or ssh-add another key, or ssh-copy-id ${settings.user}@${settings.host}`,
    );
  }
}
