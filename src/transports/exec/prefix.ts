import { basename } from 'node:path';
import { IrisError } from '../../core/index.ts';

/** What is known of a command prefix. */
export type Tool = 'docker' | 'compose' | 'kubectl' | 'wsl' | 'ssh' | 'sudo' | 'other';

const DOCKERS = new Set(['docker', 'podman', 'nerdctl', 'docker-compose', 'podman-compose']);
const KUBECTLS = new Set(['kubectl', 'oc', 'k3s', 'microk8s', 'microk8s.kubectl', 'minikube', 'k0s']);
/** Options of these that take an argument in the next word, as far as they stand before the container or pod. */
const WITH_ARGUMENT = new Set([
  ...['-e', '--env', '--env-file', '-u', '--user', '-w', '--workdir', '--detach-keys', '--index'],
  ...[
    '-c',
    '--container',
    '-n',
    '--namespace',
    '-f',
    '--filename',
    '--context',
    '--cluster',
    '--kubeconfig',
    '-s',
    '--server',
  ],
  ...[
    '--token',
    '--as',
    '--as-group',
    '--request-timeout',
    '--pod-running-timeout',
    '--preserve-fds',
    '-v',
    '--volume',
    '--name',
  ],
]);

export interface Prefix {
  readonly tool: Tool;
  /** argv to which a command is added. */
  readonly words: readonly string[];
}

export function toolOf(words: readonly string[]): Tool {
  const program = basename(words[0] ?? '')
    .replace(/\.exe$/i, '')
    .toLowerCase();
  if (DOCKERS.has(program)) {
    const verb = verbAt(words);
    return program.endsWith('-compose') || words.slice(1, verb).includes('compose') ? 'compose' : 'docker';
  }
  if (KUBECTLS.has(program)) return 'kubectl';
  if (program === 'wsl') return 'wsl';
  if (program === 'ssh') return 'ssh';
  if (program === 'sudo') return 'sudo';
  return 'other';
}

/**
 * The prefix as it has to be for a terminal, or for pipes: containers are told to keep stdin open, and to have a terminal or none.
 * @throws IrisError `usage`
 */
export function prefixFor(words: readonly string[], mode: 'pty' | 'pipes', unattended: boolean): Prefix {
  if ((words[0] ?? '') === '') throw new IrisError('usage', 'remote is empty', { remedy: 'name a host or a command' });
  if (words.some((word) => word.includes('\0'))) throw new IrisError('usage', 'remote holds a NUL character');
  const tool = toolOf(words);
  switch (tool) {
    case 'docker':
      return { tool, words: withTerminal(words, mode) };
    case 'kubectl': {
      const told = withTerminal(words, mode);
      return { tool, words: told.includes('--') ? told : [...told, '--'] };
    }
    case 'compose': {
      // It takes a terminal unless told otherwise.
      const verb = verbAt(words);
      const plain = words.filter((word, i) => i <= verb || (word !== '-T' && word !== '--no-TTY'));
      return { tool, words: mode === 'pty' ? plain : [...plain.slice(0, verb + 1), '-T', ...plain.slice(verb + 1)] };
    }
    case 'wsl': {
      // After `--` a shell there would read the words once more; after --exec nobody does.
      const last = words.at(-1);
      const rest = last === '--' || last === '-e' || last === '--exec' ? words.slice(0, -1) : words;
      return { tool, words: [...rest, '--exec'] };
    }
    case 'sudo':
      return { tool, words: unattended && !words.includes('-n') ? [words[0]!, '-n', ...words.slice(1)] : words };
    default:
      return { tool, words };
  }
}

/** Index of `exec` or `run`; of the program when there is none. */
function verbAt(words: readonly string[]): number {
  const at = words.findIndex((word, i) => i > 0 && (word === 'exec' || word === 'run'));
  return at === -1 ? 0 : at;
}

/** Takes -i and -t out of what the user wrote, and says what fits. */
function withTerminal(words: readonly string[], mode: 'pty' | 'pipes'): string[] {
  const verb = verbAt(words);
  if (verb === 0) {
    throw new IrisError('usage', `${words.join(' ')} runs nothing`, { remedy: `write ${words[0]} exec …` });
  }
  const kept: string[] = [];
  for (let i = verb + 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      kept.push(...words.slice(i));
      break;
    }
    if (WITH_ARGUMENT.has(word)) {
      kept.push(word, ...words.slice(i + 1, i + 2));
      i++;
    } else if (/^--(interactive|stdin|tty)(=.*)?$/.test(word)) {
      // Said anew below.
    } else if (word === '--detach' || /^-[itd]*d[itd]*$/.test(word)) {
      throw new IrisError('usage', `with ${word} nothing comes back from ${words[0]}`, {
        remedy: 'take it out of remote',
      });
    } else if (/^-[it]+$/.test(word)) {
      // Said anew below.
    } else kept.push(word);
  }
  return [...words.slice(0, verb + 1), mode === 'pty' ? '-it' : '-i', ...kept];
}
