import { describe, expect, it } from 'vitest';
import { execVerdict, prefixFor } from '../../../src/transports/exec/index.ts';
import type { CarrierEnd } from '../../../src/transports/remote/index.ts';

describe('a command prefix', () => {
  it.each([
    ['docker exec web', 'docker exec -it web', 'docker exec -i web'],
    ['docker exec -i web', 'docker exec -it web', 'docker exec -i web'],
    ['docker exec -ti web', 'docker exec -it web', 'docker exec -i web'],
    ['docker exec --tty=true --interactive -u me web', 'docker exec -it -u me web', 'docker exec -i -u me web'],
    ['docker exec -e -t web', 'docker exec -it -e -t web', 'docker exec -i -e -t web'],
    ['/usr/bin/podman -r exec web', '/usr/bin/podman -r exec -it web', '/usr/bin/podman -r exec -i web'],
    ['docker run --rm -it image', 'docker run -it --rm image', 'docker run -i --rm image'],
    ['docker compose exec web', 'docker compose exec web', 'docker compose exec -T web'],
    ['docker compose -f x.yml exec -T web', 'docker compose -f x.yml exec web', 'docker compose -f x.yml exec -T web'],
    ['kubectl exec pod --', 'kubectl exec -it pod --', 'kubectl exec -i pod --'],
    ['kubectl -n ns exec pod -c main', 'kubectl -n ns exec -it pod -c main --', 'kubectl -n ns exec -i pod -c main --'],
    ['wsl.exe -d Debian --', 'wsl.exe -d Debian --exec', 'wsl.exe -d Debian --exec'],
    ['wsl -d Debian', 'wsl -d Debian --exec', 'wsl -d Debian --exec'],
    ['sudo -u other', 'sudo -u other', 'sudo -u other'],
    ['env -i', 'env -i', 'env -i'],
    ['nsenter -t 1 -m', 'nsenter -t 1 -m', 'nsenter -t 1 -m'],
  ])('%s', (words, pty, pipes) => {
    expect(prefixFor(words.split(' '), 'pty', false).words.join(' ')).toBe(pty);
    expect(prefixFor(words.split(' '), 'pipes', false).words.join(' ')).toBe(pipes);
  });

  it('is not asked for a password when nobody is there', () => {
    expect(prefixFor(['sudo', '-u', 'other'], 'pty', true).words).toEqual(['sudo', '-n', '-u', 'other']);
  });

  it.each([
    ['', 'remote is empty'],
    ['docker ps', 'runs nothing'],
    ['docker exec -d web', 'nothing comes back'],
    ['docker exec -itd web', 'nothing comes back'],
  ])('refused: %s', (words, message) => {
    expect(() => prefixFor(words.split(' '), 'pty', false)).toThrow(message);
  });
});

describe('what tools say that do not run here', () => {
  const seen = (shown: string): CarrierEnd => ({ end: { exitCode: 1 }, phase: 'connecting', shown });

  it.each([
    ['kubectl', 'error: You must be logged in to the server (Unauthorized)', false],
    ['kubectl', 'Unable to connect to the server: dial tcp: lookup api.cluster: no such host', true],
    ['kubectl', 'Unable to connect to the server: net/http: TLS handshake timeout', true],
    [
      'docker',
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      false,
    ],
    ['docker', 'Error response from daemon: Container 12ab is restarting, wait until the container is running', true],
    ['sudo', 'sudo: a password is required', false],
    ['other', 'nsenter: reassociate to namespace failed: Operation not permitted', false],
    ['other', 'anything nobody has heard of', false],
  ] as const)('%s: %s', (tool, shown, transient) => {
    expect(execVerdict(tool, 'there', seen(shown))).toMatchObject({ retriable: transient });
  });

  it('[T14] is not read once the program runs', () => {
    const late = { ...seen('No such container: web'), phase: 'started' as const };
    expect(execVerdict('docker', 'there', late)).toEqual({ exitCode: 1 });
  });
});
