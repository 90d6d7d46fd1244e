import { decide, isFrame, pieces, smallest } from './script.mjs';

// The Messages API, as claude uses it (docs.anthropic.com/en/api/messages-streaming).

const blocksOf = (content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []));

function read(body) {
  const shell = (body.tools ?? []).find((tool) => tool.name === 'Bash');
  const schema = body.output_config?.format?.schema ?? body.output_format?.schema;
  if (schema) return { aside: JSON.stringify(smallest(schema)) };
  // Requests of claude's own (a title, a check of the key) have no tools.
  if (!shell) return { aside: 'fine' };
  const last = blocksOf((body.messages ?? []).filter((message) => message.role === 'user').at(-1)?.content);
  const texts = last.filter((block) => block.type === 'text' && !isFrame(block.text)).map((block) => block.text);
  const result = last.findLastIndex((block) => block.type === 'tool_result');
  // After a turn that was interrupted its result and the next prompt come as one message.
  const prompted = last
    .slice(result + 1)
    .some((block) => block.type === 'text' && /^(say|tool|slow)\b/.test(block.text));
  if (result >= 0 && !prompted) return { aside: 'tool done' };
  const prompt = texts.at(-1) ?? '';
  if (/^\[SUGGESTION MODE/.test(prompt)) return { aside: '' };
  return { prompt, act: decide(prompt) };
}

/** Answers POST /v1/messages. */
export async function anthropic({ body, reply, gone, said, id }) {
  if (body.url.endsWith('/count_tokens')) return reply.json({ input_tokens: 10 });
  const { prompt, act, aside } = read(body);
  if (act) said('claude', prompt, JSON.stringify(body));
  const usage = { input_tokens: 10, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const message = { id: id('msg'), type: 'message', role: 'assistant', model: body.model, stop_sequence: null, usage };
  const call = act?.kind === 'tool' && {
    type: 'tool_use',
    id: id('toolu'),
    name: 'Bash',
    input: { command: act.text, description: 'Runs what was asked for' },
  };
  const stopReason = call ? 'tool_use' : 'end_turn';
  if (!body.stream) {
    let text = aside ?? '';
    if (act) for await (const piece of pieces(act, gone)) text += piece;
    const content = [{ type: 'text', text }, ...(call ? [call] : [])];
    return reply.json({ ...message, content, stop_reason: stopReason });
  }
  const send = (type, rest) => reply.event({ type, ...rest }, type);
  reply.stream();
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  for await (const text of act ? pieces(act, gone) : [aside]) {
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  }
  if (gone.aborted) return;
  send('content_block_stop', { index: 0 });
  if (call) {
    send('content_block_start', { index: 1, content_block: { ...call, input: {} } });
    const json = JSON.stringify(call.input);
    send('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: json } });
    send('content_block_stop', { index: 1 });
  }
  send('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 10 } });
  send('message_stop', {});
  reply.end();
}
