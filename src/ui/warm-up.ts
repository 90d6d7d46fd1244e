import { warmUp as render } from './chrome.tsx';
import { EMPTY_SNAPSHOT } from './model/make-snapshot.ts';

/** Renders once for nobody: to be called while something else is waited for. */
export function warmUp(): void {
  render({ subscribe: () => () => {}, get: () => EMPTY_SNAPSHOT });
}
