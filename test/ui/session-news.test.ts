import { expect, it } from 'vitest';
import { SessionNews } from '../../src/ui/session-news.ts';
import { sessionInfo } from './stage.ts';

it('titles of sessions that nobody sees, and output, are no news; everything else is', () => {
  const news = new SessionNews();
  const shown = [{ sessionId: 'a' }];
  const [a, b] = [sessionInfo({ id: 'a' }), sessionInfo({ id: 'b' })];
  expect(news.changed([a, b], shown)).toBe(true);
  expect(news.changed([a, b], shown)).toBe(false);
  expect(
    news.changed(
      [
        { ...a, seq: 9 },
        { ...b, seq: 9, title: '⠂ works' },
      ],
      shown,
    ),
  ).toBe(false);
  expect(news.changed([{ ...a, title: '⠂ works' }, b], shown)).toBe(true);
  const asks = { ...b, agent: { kind: 'claude', state: 'blocked', since: 1, question: 'q' } } as const;
  expect(news.changed([{ ...a, title: '⠂ works' }, asks], shown)).toBe(true);
  expect(news.changed([{ ...a, title: '⠂ works' }], shown)).toBe(true);
});
