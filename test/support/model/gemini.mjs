import { decide, isFrame, pieces, smallest } from './script.mjs';

// generateContent and streamGenerateContent, as gemini uses them (ai.google.dev/api/generate-content).

function read(body) {
  const { responseJsonSchema, responseSchema, responseMimeType } = body.generationConfig ?? {};
  const schema = responseJsonSchema ?? responseSchema;
  if (schema || responseMimeType === 'application/json') return { aside: JSON.stringify(smallest(schema)) };
  const tools = (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  // Requests of gemini's own have no tools.
  if (tools.length === 0) return { aside: 'some text' };
  const parts = (body.contents ?? []).filter((content) => content.role === 'user').at(-1)?.parts ?? [];
  const said = parts.findLastIndex((part) => typeof part.text === 'string' && !isFrame(part.text));
  // After a tool that was refused, its outcome and the next prompt are one message.
  if (parts.findLastIndex((part) => part.functionResponse) > said) return { aside: 'tool done' };
  const prompt = parts[said]?.text ?? '';
  const act = decide(prompt);
  const shell = tools.find((tool) => tool.name === 'run_shell_command');
  const call = act.kind === 'tool' && shell ? { name: shell.name, args: { command: act.text } } : undefined;
  return { prompt, act, call };
}

/** Answers POST /v1beta/models/…:generateContent and :streamGenerateContent. */
export async function gemini({ body, reply, gone, said, id }) {
  if (body.url.includes(':countTokens')) return reply.json({ totalTokens: 10 });
  const { prompt, act, aside, call } = read(body);
  if (act) said('gemini', prompt, JSON.stringify(body));
  const part = (parts, last) => ({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...(last ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
    responseId: id('resp'),
  });
  const called = call ? [{ functionCall: call }] : [];
  if (!body.url.includes(':streamGenerateContent')) {
    let text = aside ?? '';
    if (act) for await (const piece of pieces(act, gone)) text += piece;
    return reply.json(part([{ text }, ...called], true));
  }
  reply.stream();
  for await (const text of act ? pieces(act, gone) : [aside]) reply.event(part([{ text }], false));
  if (gone.aborted) return;
  reply.event(part(call ? called : [{ text: '' }], true));
  reply.end();
}
