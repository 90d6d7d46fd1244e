import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { HostSettings } from './settings.ts';

/** Of what a ProxyCommand says on its standard error. */
const STDERR_LIMIT_CHARS = 4096;
/** Node gives each address of a name a quarter of a second; far away ones need more. */
const ATTEMPT_MS = 1000;

/** A connection to sshd, through TCP or the ProxyCommand of the configuration. Errors come as `error` events of it. */
export function openSocket(settings: HostSettings, note: (line: string) => void): Duplex {
  return settings.proxyCommand === undefined ? openTcp(settings, note) : openCommand(settings.proxyCommand, note);
}

function openTcp({ host, port, family, bindAddress }: HostSettings, note: (line: string) => void): Socket {
  const socket = connect({
    host,
    port,
    family,
    autoSelectFamily: family === 0,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    // A keystroke is a packet: it waits for nothing.
    noDelay: true,
    keepAlive: true,
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
  });
  socket.once('connect', () => note(`connected to ${socket.remoteAddress} port ${socket.remotePort}`));
  return socket;
}

/** As ssh: the shell becomes the command. Its standard input and output are the connection. */
function openCommand(command: string, note: (line: string) => void): Duplex {
  // Not `detached`: it ends with its pipes, and we end it when the connection is over.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    if (said.length < STDERR_LIMIT_CHARS) said += bytes.toString('utf8');
    const lines = said.split('\n');
    if (lines.length > 1) {
      said = lines.pop() ?? '';
      for (const line of lines) note(`ProxyCommand: ${line}`);
    }
  });
  const stream = new Duplex({
    read() {
      child.stdout.resume();
    },
    write(chunk, _encoding, done) {
      // One that has ended takes no more; its end, with what it said, tells of that.
      child.stdin.write(chunk, () => done());
    },
    final(done) {
      child.stdin.end(() => done());
    },
    destroy(error, done) {
      child.kill('SIGTERM');
      done(error);
    },
  });
  child.stdout.on('data', (bytes: Buffer) => {
    if (!stream.push(bytes)) child.stdout.pause();
  });
  child.stdin.on('error', () => {});
  child.on('error', (error) => stream.destroy(error));
  // Not before all that it said has been read: that tells why.
  child.on('close', (code, signal) => {
    if (said.trim() !== '') note(`ProxyCommand: ${said.trim()}`);
    note(`ProxyCommand ended (${signal ?? `exit code ${code}`})`);
    stream.push(null);
  });
  return stream;
}
