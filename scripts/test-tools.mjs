// Before `npm test`: the real programs that tests drive in panes. Installs what is missing by apt where it may, and says so.
import { spawnSync } from 'node:child_process';

/** [program, Debian package] */
const TOOLS = [
  ['tmux', 'tmux'],
  ['vim', 'vim'],
  ['less', 'less'],
  ['htop', 'htop'],
  ['nano', 'nano'],
  ['/usr/sbin/sshd', 'openssh-server'],
  ['ssh', 'openssh-client'],
  ['ip', 'iproute2'],
  ['fish', 'fish'],
  ['tcsh', 'tcsh'],
  ['zsh', 'zsh'],
  ['sudo', 'sudo'],
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['docker', 'docker.io'],
  ['busybox', 'busybox'],
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['dbus-run-session', 'dbus'],
  ['openssl', 'openssl'],
];
process.env.PATH += ':/usr/local/sbin:/usr/sbin:/sbin';
const has = (program) => spawnSync('sh', ['-c', 'command -v "$0" >/dev/null', program]).status === 0;
const missing = TOOLS.filter(([program]) => !has(program)).map(([, pkg]) => pkg);
if (missing.length > 0) {
  if (process.getuid?.() === 0 && has('apt-get')) {
    console.log(`installing what the tests drive: ${missing.join(' ')} (apt-get)`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env });
    const install = (packages) =>
      spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { encoding: 'utf8', env });
    if (install(missing).status !== 0) {
      // One that can't be had must not keep the others away.
      for (const pkg of missing) {
        const r = install([pkg]);
        if (r.status !== 0) console.log(`could not install ${pkg}; the tests that need it will say so:\n${r.stderr}`);
      }
    }
  } else {
    console.log(
      `missing for some tests: ${missing.join(', ')}. Install them (apt install ${missing.join(' ')}) to run all tests.`,
    );
  }
}
