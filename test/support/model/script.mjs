// What the model server answers, by the last thing the user said:
//   say TEXT   the text, a word at a time        slow N   a word each 100 ms, for N seconds
//   tool CMD   asks to run CMD, then "tool done"  hang     nothing, until the client goes away
//   else       "echo: " and the prompt

/** @returns {{kind: 'text' | 'slow' | 'tool' | 'hang', text: string, seconds: number}} */
export function decide(prompt) {
  const text = prompt.trim();
  const [, verb, rest] = /^(say|slow|tool|hang)\b ?([\s\S]*)$/.exec(text) ?? [];
  if (verb === 'say') return { kind: 'text', text: rest, seconds: 0 };
  if (verb === 'tool') return { kind: 'tool', text: rest.split('\n')[0], seconds: 0 };
  if (verb === 'slow') return { kind: 'slow', text: '', seconds: Number.parseFloat(rest) || 1 };
  if (verb === 'hang') return { kind: 'hang', text: '', seconds: 0 };
  return { kind: 'text', text: `echo: ${text}`, seconds: 0 };
}

/** The answer in pieces, as they come. Ends early when the client has gone. */
export async function* pieces({ kind, text, seconds }, gone) {
  if (kind === 'hang') await new Promise((resolve) => gone.addEventListener('abort', resolve, { once: true }));
  if (kind === 'slow') {
    for (let i = 1; i <= seconds * 10 && !gone.aborted; i++) {
      await pause(100, gone);
      yield `word${i} `;
    }
    yield 'slow done';
  }
  if (kind === 'tool') yield 'Running it.';
  if (kind === 'text') {
    const words = text.match(/\S+\s*|\s+/g) ?? [''];
    // Long texts in longer pieces: some hundred in all.
    const step = Math.max(1, Math.ceil(words.length / 200));
    for (let i = 0; i < words.length && !gone.aborted; i += step) {
      yield words.slice(i, i + step).join('');
      await pause(15, gone);
    }
  }
}

function pause(ms, gone) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    gone.addEventListener('abort', done);
  });
}

/** The smallest value a JSON schema allows: for side requests, such as titles. */
export function smallest(schema, name = '') {
  const type = [schema?.type ?? 'object'].flat()[0].toLowerCase();
  if (schema?.enum) return schema.enum[0];
  if (type === 'array') return [];
  if (type === 'boolean') return false;
  if (type === 'number' || type === 'integer') return schema.minimum ?? 1;
  if (type === 'string') return name === 'next_speaker' ? 'user' : 'some text';
  return Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([key, value]) => [key, smallest(value, key)]),
  );
}

/** Texts that agents put beside what the user said. */
export function isFrame(text) {
  return /^\s*(?:<[a-z][\w-]*[\s>]|# AGENTS\.md)/i.test(text);
}
