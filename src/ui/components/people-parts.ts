import type { PaneItem } from '../model/snapshot.ts';
import type { Part } from './fit.ts';
import { RANKS, symbols } from './session-words.ts';

/** More names than these are a number. */
const NAMED = 2;

/** In the border of a pane: may one only look, who else is there, who typed last, who wants to. */
export function peopleParts({ session, people }: PaneItem, ascii: boolean): Part[] {
  if (!session) return [];
  const { dot } = symbols(ascii);
  const parts: Part[] = [];
  if (people?.asks) {
    const { name, key } = people.asks;
    const asks = { text: `${name} asks `, color: 'yellow', bold: true } as const;
    parts.push({
      segments: key === undefined ? [asks] : [asks, { text: `${dot} ${key} gives ` }],
      shrinks: [
        { rank: RANKS.askKey, to: [asks] },
        { rank: RANKS.asks, to: [] },
      ],
    });
  }
  if (session.role === 'viewer') {
    const only = { text: 'view only ', color: 'yellow' } as const;
    const key = people?.askKey;
    parts.push({
      segments: key === undefined ? [only] : [only, { text: `${dot} ${key} asks `, dim: true }],
      shrinks: [
        { rank: RANKS.askKey, to: [only] },
        { rank: RANKS.zoomed, to: [{ text: 'view ', color: 'yellow' }] },
      ],
    });
  }
  if (!people || (people.count === 0 && people.typed === undefined)) return parts;
  const { names, count, typed } = people;
  const few = count > 0 && count === new Set(names).size && count <= NAMED;
  const number = { text: count > 0 ? `+${count} ` : '' };
  if (few) {
    parts.push({
      segments: [{ text: `${names.map((name) => `+${name}`).join(' ')} ` }],
      shrinks: [
        { rank: RANKS.people, to: [number] },
        { rank: RANKS.noPeople, to: [] },
      ],
    });
  } else if (count > 0) parts.push({ segments: [number], shrinks: [{ rank: RANKS.noPeople, to: [] }] });
  if (typed !== undefined) {
    // The only other one, who is named already.
    const text = few && count === 1 && names[0] === typed ? 'typed ' : `${typed} typed `;
    parts.push({ segments: [{ text, dim: true }], shrinks: [{ rank: RANKS.typed, to: [] }] });
  }
  return parts;
}
