import { accessSync, closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { IrisError, type LaunchSpec } from '../../core/index.ts';

/** What execvp(3) searches when there is no PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';
/** Linux refuses a single argument of 32 pages or more (MAX_ARG_STRLEN). */
const ARGUMENT_LIMIT_BYTES = 131_071;
const SHEBANG_LIMIT_BYTES = 256;

/** Absolute path of a program, looked up as execvp(3) does: on `path`, or from `cwd` when its name has a slash. */
export function findProgram(program: string, path: string | undefined, cwd: string): string | undefined {
  if (program === '') return undefined;
  return candidates(program, path, cwd).find((file) => isProgram(file));
}

function candidates(program: string, path: string | undefined, cwd: string): string[] {
  if (program.includes('/')) return [resolve(cwd, program)];
  return (path ?? DEFAULT_PATH).split(':').map((folder) => resolve(cwd, folder, program));
}

function isProgram(file: string): boolean {
  return statOf(file)?.isFile() === true && may(file, constants.X_OK);
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function may(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks before the fork, so that what is missing is one line and not the end of a process nobody saw.
 * @throws IrisError `program-missing`, `folder-missing` or `usage`.
 */
export function checkLaunch(launch: Pick<LaunchSpec, 'command' | 'cwd' | 'env'>): void {
  const { command, cwd, env } = launch;
  const program = command[0] ?? '';
  if (program === '') throw new IrisError('usage', 'the command is empty', { remedy: 'name a program after --' });
  if ([...command, cwd].some((text) => text.includes('\0'))) {
    throw new IrisError('usage', 'a command cannot hold NUL characters');
  }
  if (command.some((argument) => Buffer.byteLength(argument) > ARGUMENT_LIMIT_BYTES)) {
    throw new IrisError('usage', `an argument of ${program} is longer than ${ARGUMENT_LIMIT_BYTES} bytes`, {
      remedy: 'pass it in a file or on stdin',
    });
  }
  checkFolder(cwd);
  const file = findProgram(program, env.PATH, cwd);
  if (file === undefined) throw missing(program, env.PATH, cwd);
  checkInterpreter(program, file);
}

function checkFolder(cwd: string): void {
  const stat = statOf(cwd);
  const remedy = 'choose another folder with -c';
  if (!stat) throw new IrisError('folder-missing', `the folder ${cwd} does not exist or cannot be seen`, { remedy });
  if (!stat.isDirectory()) throw new IrisError('folder-missing', `${cwd} is not a folder`, { remedy });
  if (!may(cwd, constants.X_OK))
    throw new IrisError('folder-missing', `the folder ${cwd} may not be entered`, { remedy });
}

function missing(program: string, path: string | undefined, cwd: string): IrisError {
  for (const file of candidates(program, path, cwd)) {
    const stat = statOf(file);
    if (stat?.isFile()) {
      return new IrisError('program-missing', `${file} is not executable`, { remedy: `chmod +x ${file}` });
    }
    if (stat?.isDirectory() && program.includes('/')) {
      return new IrisError('program-missing', `${file} is a folder`, { remedy: 'name a program in it' });
    }
  }
  return program.includes('/')
    ? new IrisError('program-missing', `there is no program ${resolve(cwd, program)}`, { remedy: 'check the path' })
    : new IrisError('program-missing', `${program} was not found in ${path ?? DEFAULT_PATH}`, {
        remedy: 'install it, or give its full path',
      });
}

/** A script whose interpreter is missing fails with "no such file" though the file is there; say which one is. */
function checkInterpreter(program: string, file: string): void {
  let head = '';
  try {
    const fd = openSync(file, constants.O_RDONLY);
    try {
      const bytes = Buffer.alloc(SHEBANG_LIMIT_BYTES);
      head = bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    // Executable but not readable: not a script, then.
  }
  const interpreter = /^#![ \t]*([^\s\0]+)/.exec(head)?.[1];
  if (interpreter?.startsWith('/') && !isProgram(interpreter)) {
    throw new IrisError('program-missing', `${program} (${file}) is run by ${interpreter}, which is missing`, {
      remedy: 'install that, or correct the first line of the script',
    });
  }
}
