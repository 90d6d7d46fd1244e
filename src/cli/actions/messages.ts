import { type AgentMessage, type HubCommandResult, IrisError, type MessageBlock } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';

type Page = HubCommandResult<'session.messages'>;

export const runMessages: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  const after = options.after === undefined ? 0 : afterOf(options.after as string);
  const pages = await withHost(context, async (host) => {
    const all: Page[] = [];
    let next = after;
    for (;;) {
      const page = await host.command('session.messages', { session, after: next });
      all.push(page);
      next = page.next;
      if (!page.more) return all;
    }
  });
  const messages = newest(pages);
  if (context.json) {
    const { more: _more, ...last } = pages.at(-1)!;
    context.value({ ...last, messages });
    return;
  }
  const dropped = pages.at(-1)!.dropped;
  if (dropped > 0 && after === 0) context.line(`(${dropped} earlier messages are not kept any more)`);
  for (const message of messages) for (const block of message.blocks) print(context, message, block);
};

function afterOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new IrisError('usage', `--after takes the "next" of an earlier answer, not ${text}`);
}

/** A message that grew between two pages comes twice: the later is whole. */
function newest(pages: readonly Page[]): AgentMessage[] {
  const byNumber = new Map(pages.flatMap((page) => page.messages).map((message) => [message.number, message]));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function print(context: Context, { role }: AgentMessage, block: MessageBlock): void {
  const lines = (first: string, text: string): void => {
    text.split('\n').forEach((line, i) => {
      context.line(`${i === 0 ? first : ' '.repeat(first.length)}${line}`);
    });
  };
  switch (block.type) {
    case 'text':
      return lines(role === 'user' ? '> ' : '', block.text);
    case 'thinking':
      return lines('~ ', block.text);
    case 'tool-use':
      return lines('* ', `${block.name} ${JSON.stringify(block.input)}`);
    case 'tool-result':
      return lines(block.failed ? '! ' : '= ', block.text);
    case 'other':
      return lines('', `[${block.kind}] ${block.text}`);
  }
}
