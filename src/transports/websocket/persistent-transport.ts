import { type IrisError, type LaunchSpec, plainText, type Transport, type TransportSink } from '../../core/index.ts';
import { DelegatingTransport, passOn } from '../delegating-transport.ts';

/** Failures of the way to that machine's hub that say nothing against the plain way: nothing to keep it there, or somebody has to be asked. */
const PLAIN_WILL_DO: ReadonlySet<string> = new Set([
  'program-missing',
  'login-refused',
  'host-key',
  'version-mismatch',
]);

/**
 * A session in the hub of another machine where there is one, which outlives the connection; else a plain one, which ends with it.
 * Decided once, before anything runs.
 */
export class PersistentTransport extends DelegatingTransport {
  readonly #plain: (() => Transport) | undefined;
  #why: string | undefined;

  /** `plain`: what takes its place; absent: nothing does. */
  constructor(there: Transport, plain: (() => Transport) | undefined) {
    super(there);
    this.#plain = plain;
  }

  override get diagnostics(): readonly string[] {
    return [...(this.#why === undefined ? [] : [this.#why]), ...super.diagnostics];
  }

  start(sink: TransportSink): void {
    const plain = this.#plain;
    if (!plain) return this.inner.start(sink);
    let decided = false;
    const { mirror } = sink;
    this.inner.start(
      passOn(sink, {
        // It stops on the way to the plain one, too: that is nobody's business.
        status: (status) => {
          if (status === 'ready') decided = true;
          if (decided || status !== 'stopped') sink.status(status);
        },
        failed: (error) => {
          if (!decided && this.#mayBePlain(error)) this.#startPlain(plain, error, sink);
          else sink.failed(error);
        },
        ...(mirror
          ? {
              mirror: (word) => {
                // Started there: then it lives there, and nowhere else.
                if (word.type === 'session') decided = true;
                sink.mirror?.(word);
              },
            }
          : {}),
      }),
    );
  }

  #mayBePlain({ code }: IrisError): boolean {
    return PLAIN_WILL_DO.has(code);
  }

  #startPlain(plain: () => Transport, error: IrisError, sink: TransportSink): void {
    this.#why = plainText(`not kept on that machine, so it ends with its connection: ${error.line}`);
    this.inner = plain();
    this.inner.start(sink);
  }
}

/** Without what would make it persistent again. */
export function plainLaunch(launch: LaunchSpec): LaunchSpec {
  const { remote, mirror: _mirror, ...rest } = launch;
  if (!remote) return rest;
  const { persist: _persist, ...options } = remote.options;
  return { ...rest, remote: { ...remote, options } };
}
