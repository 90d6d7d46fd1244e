import { bounded } from '../pattern.ts';
import type { Handlers } from './handler.ts';

/** A search with a regular expression may hold everyone else up this long. A plain text can't. */
const SEARCH_LIMIT_MS = 100;

type Text = Pick<Handlers<'session'>, 'session.capture' | 'session.lines' | 'session.search'>;

export const textHandlers: Text = {
  'session.capture': ({ session, ansi, history }, hub) => {
    const { screen } = hub.registry.find(session);
    const { x, y } = screen.cursor;
    return { text: screen.capture({ ansi, history }), cols: screen.cols, rows: screen.rows, cursor: { x, y } };
  },
  'session.lines': ({ session, from, count }, hub) => {
    const { screen } = hub.registry.find(session);
    return {
      first: screen.firstLine,
      end: screen.endLine,
      screenTop: screen.screenTop,
      cols: screen.cols,
      ...screen.lines(from, count),
    };
  },
  'session.search': ({ session, pattern, regex, from, direction }, hub) => {
    const { screen } = hub.registry.find(session);
    const search = () => screen.search(pattern, regex, from, direction);
    const match = regex ? bounded(SEARCH_LIMIT_MS, search) : search();
    return match ? { match } : {};
  },
};
