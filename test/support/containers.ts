import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { waitUntil } from './wait-until.ts';

const APPLETS = [
  'sh',
  'cat',
  'sleep',
  'env',
  'stty',
  'printf',
  'head',
  'od',
  'kill',
  'ps',
  'grep',
  'dd',
  'mktemp',
  'mkfifo',
  'rm',
  'id',
  'uname',
  'test',
  'tr',
  'sed',
  'true',
  'setsid',
];

/** What podman takes otherwise may be more than there is. */
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

/** Can containers be run here? Needs podman (which speaks Docker's API), runc, and the docker client. */
export const CAN_RUN_CONTAINERS =
  process.getuid?.() === 0 &&
  ['podman', 'runc', 'docker', 'busybox'].every(
    (program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0,
  ) &&
  // Inside some containers no others can be made.
  spawnSync('unshare', ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', 'true']).status === 0;

/**
 * Real containers behind a real Docker API (podman's), with storage of their own: no network, nothing but busybox in them. Drive them with the docker
 * client and `env`.
 */
export class Containers implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'iris-pod-'));
  readonly env: Readonly<Record<string, string>> = {
    PATH: process.env.PATH ?? '',
    HOME: this.folder,
    DOCKER_HOST: `unix://${join(this.folder, 'socket')}`,
  };
  #service: ChildProcess | undefined;
  #count = 0;

  static async start(): Promise<Containers> {
    const containers = new Containers();
    await containers.startService();
    return containers;
  }

  #args(args: readonly string[]): string[] {
    const { folder } = this;
    const own = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    return [...own, '--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file', ...args];
  }

  podman(...args: string[]): string {
    return execFileSync('podman', this.#args(args), { encoding: 'utf8', env: this.env, stdio: 'pipe' });
  }

  async startService(): Promise<void> {
    const args = this.#args(['system', 'service', '--time=0', `unix://${join(this.folder, 'socket')}`]);
    this.#service = spawn('podman', args, { env: this.env, stdio: 'ignore' });
    await waitUntil(() => spawnSync('docker', ['version'], { env: this.env }).status === 0, 'the Docker API answers');
  }

  async stopService(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    if (!service || service.exitCode !== null) return;
    const gone = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGTERM');
    await gone;
  }

  /** Starts a container and returns its name. `shell: false`: with nothing in it but the program that keeps it alive. */
  run({ shell = true }: { readonly shell?: boolean } = {}): string {
    const name = `c${++this.#count}`;
    const root = join(this.folder, name);
    for (const folder of ['bin', 'tmp', 'root', 'proc', 'dev', 'etc', 'sys', 'work'])
      mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, 'tmp'), 0o1777);
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    copyWithLibraries(busybox, root, shell ? 'bin/busybox' : 'bin/sleep');
    if (shell) for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
    this.podman('run', '-d', '--name', name, '--network', 'none', ...LIMITS, '--rootfs', root, '/bin/sleep', '6000');
    return name;
  }

  /**
   * Starts a container that can't be written to, with the programs of this machine, its network, and these folders at their own places, and returns its name.
   * `options`: of `podman run`.
   */
  runHere(options: readonly string[], folders: readonly string[], command: readonly string[]): string {
    const name = `c${++this.#count}`;
    const root = join(this.folder, name);
    for (const folder of ['usr', 'tmp', 'proc', 'dev', 'etc', 'sys'])
      mkdirSync(join(root, folder), { recursive: true });
    for (const folder of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    const mounts = ['/usr', ...folders].flatMap((folder) => ['-v', `${folder}:${folder}`]);
    const how = ['--name', name, '--network', 'host', '--read-only', '--read-only-tmpfs=false', ...mounts, ...LIMITS];
    this.podman('run', '-d', ...how, ...options, '--rootfs', root, ...command);
    return name;
  }

  /** Command lines of what runs in a container, by the host's eyes. */
  processes(name: string): string[] {
    const pid = Number(this.podman('inspect', '--format', '{{.State.Pid}}', name).trim());
    const { stdout } = spawnSync('ps', ['-eo', 'pidns=,args='], { encoding: 'utf8' });
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+(.*)/s));
    const own = spawnSync('ps', ['-o', 'pidns=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
    return rows.filter(([namespace]) => namespace === own).map(([, args]) => args ?? '');
  }

  async stop(): Promise<void> {
    await this.stopService();
    spawnSync('podman', this.#args(['rm', '--force', '--all', '--time', '0']), { env: this.env, stdio: 'ignore' });
    // Each exec leaves a monitor that would stay for five minutes; and what tidies up after a container makes folders anew.
    await waitUntil(
      () => {
        const { stdout } = spawnSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' });
        const own = stdout.split('\n').filter((line) => line.includes(this.folder));
        for (const line of own) if (/^\s*\d+\s+\S*conmon /.test(line)) end(Number.parseInt(line, 10));
        return own.length === 0;
      },
      'nothing of podman is left',
      { everyMs: 50 },
    );
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function copyWithLibraries(program: string, root: string, as: string): void {
  copyFileSync(program, join(root, as));
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  for (const [, path] of stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)) {
    const target = join(root, path!);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path!, join(dirname(target), basename(path!)));
  }
}
