import { createServer } from 'node:http';
import { anthropic } from './model/anthropic.mjs';
import { gemini } from './model/gemini.mjs';
import { openai } from './model/openai.mjs';

// A model for the real claude, codex and gemini, on loopback, that answers by the script of model/script.mjs and counts what it is asked.

const routes = [
  [/\/v1\/messages(?:\/count_tokens)?$/, anthropic],
  [/\/v1\/responses$/, openai],
  [/\/models\/[^/]+:\w+$/, gemini],
];

/**
 * Starts it on a free port.
 * @returns {Promise<{url: string, prompts: {agent: string, text: string}[], last: Record<string, string>, unknown: string[], close: () => Promise<void>}>}
 *   `prompts`: every prompt of a user, once for each time it was sent.
 */
export async function startModel() {
  const prompts = [];
  const unknown = [];
  /** The newest request of each agent, as JSON. */
  const last = {};
  let number = 0;
  const context = {
    said: (agent, text, whole) => {
      prompts.push({ agent, text });
      last[agent] = whole;
    },
    id: (kind) => `${kind}_${++number}`,
  };
  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.on('error', () => {});
    const reply = replyTo(response);
    try {
      const body = await bodyOf(request);
      const path = new URL(request.url, 'http://localhost').pathname;
      const route = request.method === 'POST' ? routes.find(([pattern]) => pattern.test(path)) : undefined;
      if (route) await route[1]({ ...context, body: { ...body, url: path }, reply, gone: gone.signal });
      else if (request.method === 'HEAD') reply.end();
      else if (/\/models$/.test(path)) reply.json({ object: 'list', data: [], models: [] });
      else {
        unknown.push(`${request.method} ${path}`);
        reply.json({ error: { message: 'not here' } }, 404);
      }
    } catch (error) {
      unknown.push(`${request.method} ${request.url}: ${error.stack}`);
      response.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    prompts,
    last,
    unknown,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const encoding = request.headers['content-encoding'];
  let bytes = Buffer.concat(chunks);
  if (encoding === 'gzip' || encoding === 'zstd' || encoding === 'br') {
    const zlib = await import('node:zlib');
    const { gzip, zstd, br } = { gzip: zlib.gunzipSync, zstd: zlib.zstdDecompressSync, br: zlib.brotliDecompressSync };
    bytes = { gzip, zstd, br }[encoding](bytes);
  }
  return bytes.length === 0 ? {} : JSON.parse(bytes.toString());
}

function replyTo(response) {
  return {
    json(value, status = 200) {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    },
    stream() {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    },
    event(value, name) {
      if (!response.destroyed) response.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(value)}\n\n`);
    },
    end: () => response.end(),
  };
}
