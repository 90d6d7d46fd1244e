import { IrisError } from '../../core/index.ts';
import type { StoreFailure } from './messages.ts';

/** In the hub: the one line that people see. */
export function storageError(failure: StoreFailure, dir: string): IrisError {
  const goesOn = 'sessions go on, and saving resumes by itself';
  const say = (why: string, remedy: string): IrisError =>
    new IrisError('storage', `${why} (${failure.message})`, { remedy, retriable: true });
  switch (failure.kind) {
    case 'full':
      return say(`nothing can be saved: the disk of ${dir} is full or failing`, `make room there; ${goesOn}`);
    case 'read-only':
      return say(`nothing can be saved: ${dir} cannot be written`, `make it writable; ${goesOn}`);
    case 'corrupt':
      return say(
        `the saved state in ${dir} was damaged; a fresh one has begun`,
        failure.movedTo ? `the old one is kept as ${failure.movedTo}` : goesOn,
      );
    case 'busy':
      return say(`nothing can be saved: another program holds the database in ${dir}`, `end it; ${goesOn}`);
    case 'newer':
      return say(
        `the saved state in ${dir} is of a newer iris-tui`,
        'update this one, or set IRIS_HOME elsewhere; nothing is saved until then',
      );
    case 'other':
      return say(`saving to ${dir} failed`, goesOn);
  }
}
