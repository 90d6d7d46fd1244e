import type { Environment } from '../environment.ts';
import { type Check, ok, warn } from './types.ts';

/** What the terminal says about itself. Without one there is nothing to look at. */
export function checkTerminal(env: Environment): Check {
  const { TERM, COLORTERM, NO_COLOR } = env.vars;
  if (!env.stdinIsTerminal || !env.stdoutIsTerminal) return ok('terminal', 'none here: ls, new -d and the like work');
  const { columns, rows } = process.stdout;
  const size = `${columns}x${rows}`;
  if (!TERM || TERM === 'dumb') {
    return warn(
      'terminal',
      `TERM is ${TERM || 'not set'}, ${size}`,
      'set TERM to what your terminal is, as xterm-256color',
    );
  }
  if (!(columns >= 20 && rows >= 5)) return warn('terminal', `${TERM}, ${size}`, 'make it at least 20x5');
  return ok('terminal', `${TERM}, ${size}, ${colours(TERM, COLORTERM, NO_COLOR)}`);
}

function colours(term: string, colorterm: string | undefined, noColor: string | undefined): string {
  if (noColor) return 'no colours (NO_COLOR)';
  if (colorterm === 'truecolor' || colorterm === '24bit' || /-direct$/.test(term)) return '16 million colours';
  return /256/.test(term) ? '256 colours' : '16 colours';
}

/** Programs in panes draw boxes and letters by this; the first that is set counts (locale(7)). */
export function checkLocale(env: Environment): Check {
  const { LC_ALL, LC_CTYPE, LANG } = env.vars;
  const name = LC_ALL || LC_CTYPE || LANG;
  if (name && /utf-?8/i.test(name)) return ok('locale', name);
  return warn('locale', name ? `${name} is not UTF-8` : 'none is set', 'set LANG to a UTF-8 locale, as C.UTF-8');
}
