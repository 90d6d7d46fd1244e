import type { ViewEntry } from './entry.ts';
import type { Screen } from './screen.ts';

/** Brings a viewer's screen to just after an entry. */
export function applyEntry(screen: Screen, entry: ViewEntry): void {
  switch (entry.kind) {
    case 'output':
    case 'error':
      screen.write(entry.bytes);
      break;
    case 'resize':
      screen.resize(entry.cols, entry.rows);
      break;
    case 'snapshot':
      screen.resize(entry.cols, entry.rows);
      screen.restore(entry.bytes);
      break;
    case 'mark':
      break;
  }
}
