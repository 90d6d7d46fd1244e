import { decide, isFrame, pieces, smallest } from './script.mjs';

// The Responses API, as codex uses it (platform.openai.com/docs/api-reference/responses-streaming).

const textOf = (item) =>
  typeof item.content === 'string' ? item.content : (item.content ?? []).map((part) => part.text ?? '').join('\n');

function read(body) {
  const input = Array.isArray(body.input) ? body.input : [];
  const schema = body.text?.format?.type === 'json_schema' ? body.text.format.schema : undefined;
  if (schema) return { aside: JSON.stringify(smallest(schema)) };
  if (/_output$/.test(input.at(-1)?.type ?? '')) return { aside: 'tool done' };
  const users = input.filter((item) => (item.type ?? 'message') === 'message' && item.role === 'user');
  const prompt = users.map(textOf).findLast((text) => !isFrame(text)) ?? '';
  const act = decide(prompt);
  return { prompt, act, call: act.kind === 'tool' ? callOf(body, act.text) : undefined };
}

/** A call of the tool that runs commands, with leave to go outside of the sandbox: codex asks the user then. */
function callOf(body, command) {
  const tools = (body.tools ?? []).flatMap((tool) => (tool.type === 'namespace' ? tool.tools : [tool]));
  const named = (name) => tools.find((tool) => tool.name === name);
  const leave = { sandbox_permissions: 'require_escalated', justification: 'May it run?' };
  if (named('exec_command')) return { name: 'exec_command', args: { cmd: command, ...leave } };
  if (named('shell_command')) return { name: 'shell_command', args: { command, ...leave } };
  if (named('shell')) return { name: 'shell', args: { command: ['bash', '-c', command], ...leave } };
  return undefined;
}

/** Answers POST /v1/responses. */
export async function openai({ body, reply, gone, said, id }) {
  const { prompt, act, aside, call } = read(body);
  // A title that codex makes of the first prompt is asked for without tools.
  const own = act && (body.tools ?? []).length > 0;
  if (own) said('codex', prompt, JSON.stringify(body));
  const response = {
    id: id('resp'),
    object: 'response',
    created_at: 0,
    model: body.model,
    status: 'in_progress',
    output: [],
  };
  let number = 0;
  const send = (type, rest) => reply.event({ type, sequence_number: number++, ...rest }, type);
  reply.stream();
  send('response.created', { response });
  const item = { id: id('msg'), type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  send('response.output_item.added', { output_index: 0, item });
  send('response.content_part.added', { ...at, part: { type: 'output_text', text: '', annotations: [] } });
  let text = '';
  for await (const delta of act ? pieces(act, gone) : [aside]) {
    text += delta;
    send('response.output_text.delta', { ...at, delta });
  }
  if (gone.aborted) return;
  send('response.output_text.done', { ...at, text });
  const done = { ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };
  send('response.output_item.done', { output_index: 0, item: done });
  const output = [done];
  if (call) {
    const called = {
      id: id('fc'),
      call_id: id('call'),
      type: 'function_call',
      name: call.name,
      arguments: JSON.stringify(call.args),
      status: 'completed',
    };
    send('response.output_item.added', { output_index: 1, item: called });
    send('response.output_item.done', { output_index: 1, item: called });
    output.push(called);
  }
  const usage = { input_tokens: 10, output_tokens: 10, total_tokens: 20 };
  send('response.completed', { response: { ...response, status: 'completed', output, usage } });
  reply.end();
}
