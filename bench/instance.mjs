// One multiplexer that runs in its sandbox, in front of an outer terminal.
import { Outer } from './outer.mjs';
import { marker, PROMPT, Sandbox } from './sandbox.mjs';

/** Shown by the shell around a client that has gone. */
const BACK = '<@back@>';
let marks = 0;

export class Instance {
  constructor(peer, files, options) {
    this.peer = peer;
    this.sandbox = new Sandbox(peer.name, files);
    this.mux = peer.create(this.sandbox, options);
    this.speed = options?.speed;
  }

  /** Starts or attaches; settles at the first prompt with the time that took, in ms. */
  async open(how = 'start') {
    this.outer = new Outer(this.mux[how], this.sandbox.env, this.sandbox.path, this.speed);
    const at = await this.outer.seen(PROMPT, { what: `${this.peer.name}: the first prompt` });
    return at - this.outer.startedAt;
  }

  /** As `open`, in a shell that goes on when the client is gone: `leave` measures that. */
  async openInShell(how = 'attach') {
    const argv = ['/bin/sh', '-c', `"$@"; printf '${BACK}'`, 'sh', ...this.mux[how]];
    this.outer = new Outer(argv, this.sandbox.env, this.sandbox.path, this.speed);
    await this.outer.seen(PROMPT, { what: `${this.peer.name}: the first prompt` });
    await this.outer.quiet(200);
  }

  /** Detaches a client of `openInShell`; the time until its shell goes on, in ms. */
  async leave() {
    const back = this.outer.seen(BACK, { what: `${this.peer.name}: the shell after the detach key` });
    const from = performance.now();
    this.outer.write(this.mux.detachKeys);
    const took = (await back) - from;
    await this.outer.exited;
    return took;
  }

  /** Detaches a client of `open`. */
  async detach() {
    this.outer.write(this.mux.detachKeys);
    await this.outer.exited;
  }

  /** Runs a command in the focused pane; from Enter until the mark after it is on the outer terminal. */
  async run(command, timeoutMs = 120_000) {
    marks += 1;
    this.outer.write(`mark=${marks};${command}`);
    await this.outer.quiet(150);
    const shown = this.outer.seen(marker(marks), { timeoutMs, what: `${this.peer.name}: the end of "${command}"` });
    const bytesBefore = this.outer.bytes;
    const from = performance.now();
    this.outer.write('\r');
    const tookMs = (await shown) - from;
    await this.outer.quiet(150);
    return { tookMs, bytes: this.outer.bytes - bytesBefore };
  }

  /** Starts a command that does not end; `interrupt` ends it. */
  async launch(command) {
    marks += 1;
    this.outer.write(`mark=${marks};${command}`);
    await this.outer.quiet(100);
    this.outer.write('\r');
    this.running = marker(marks);
  }

  /** Ctrl-C; the time until the prompt of the shell has come, in ms. */
  async interrupt() {
    const shown = this.outer.seen(this.running, { what: `${this.peer.name}: the prompt after Ctrl-C` });
    const from = performance.now();
    this.outer.write('\x03');
    return (await shown) - from;
  }

  async close() {
    await this.mux.stop();
    await this.outer?.close();
    await this.sandbox.dispose();
  }
}

/** Opens an instance of each peer, hands them to `work`, and closes them whatever happens. */
export async function withInstances(peers, files, work, options) {
  const instances = peers.map((peer) => new Instance(peer, files, options));
  try {
    return await work(instances);
  } finally {
    for (const instance of instances) await instance.close();
  }
}
