#!/usr/bin/env node
// An agent that speaks claude's stream-json on stdin and stdout, as claude-code 2.1.329 does, and knows a handful of words:
//   say X        says X, word by word
//   remember X   keeps X in its session            recall   says what it has kept
//   ask X        wants to run X in its shell, and asks for permission
//   slow         writes until it is interrupted
//   die          ends in the middle of an answer, with code 3
//   big N        says N KB
// Sessions are kept in $HOME/.fake-claude, one file each; --resume goes on with one.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = join(process.env.HOME, '.fake-claude');
const file = (id) => join(folder, `${id}.json`);
const at = process.argv.indexOf('--resume');
const sessionId = at < 0 ? randomUUID() : process.argv[at + 1];
const send = (message) => process.stdout.write(`${JSON.stringify({ ...message, session_id: sessionId })}\n`);
if (at >= 0 && !existsSync(file(sessionId))) {
  const errors = [`No conversation found with session ID: ${sessionId}`];
  process.stderr.write(`${errors[0]}\n`);
  send({ type: 'result', subtype: 'error_during_execution', is_error: true, num_turns: 0, errors });
  process.exit(1);
}
let kept = at < 0 ? [] : JSON.parse(readFileSync(file(sessionId), 'utf8'));
const save = () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file(sessionId), JSON.stringify(kept));
};

let messages = 0;
let busy = false;
const waiting = [];
let timer;
let interrupted = () => {};
let answered = () => {};

const delta = (text) =>
  send({
    type: 'stream_event',
    event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    parent_tool_use_id: null,
  });
const assistant = (...content) => {
  messages += 1;
  send({
    type: 'assistant',
    message: { id: `msg_${process.pid}_${messages}`, role: 'assistant', content },
    parent_tool_use_id: null,
  });
};
const finish = (extra) => {
  busy = false;
  clearInterval(timer);
  interrupted = () => {};
  const usage = { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  send({ type: 'result', subtype: 'success', is_error: false, duration_ms: 12, total_cost_usd: 0.5, usage, ...extra });
  const next = waiting.shift();
  if (next !== undefined) turn(next);
};
const say = (text) => {
  for (const word of text.split(/(?<= )/)) delta(word);
  assistant({ type: 'text', text });
  finish({ result: text });
};
const aborted = { subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' };

function turn(prompt) {
  busy = true;
  save();
  send({ type: 'system', subtype: 'init', model: 'fake-1', claude_code_version: '2.1.329', cwd: process.cwd() });
  const [, word, rest = ''] = /^(\S+) ?([\s\S]*)$/.exec(prompt) ?? [];
  switch (word) {
    case 'say':
      return say(rest);
    case 'big':
      return say(`${'0123456789abcde\n'.repeat(Number(rest) * 64 - 1)}0123456789abcde`);
    case 'remember':
      kept = [...kept, rest];
      save();
      return say('kept');
    case 'recall':
      return say(kept.join(', ') || 'nothing');
    case 'ask':
      return ask(rest);
    case 'slow': {
      let n = 0;
      timer = setInterval(() => delta(`tick${n++} `), 20);
      interrupted = () => {
        assistant({ type: 'text', text: 'tick' });
        finish(aborted);
      };
      return;
    }
    case 'die':
      delta('half an ans');
      process.stderr.write('fatal: out of ideas\n');
      setTimeout(() => process.exit(3), 50);
      return;
    default:
      return say(`what is ${prompt}?`);
  }
}

function ask(command) {
  const id = `toolu_${randomUUID()}`;
  const request_id = randomUUID();
  assistant({ type: 'text', text: 'Let me see.' });
  assistant({ type: 'tool_use', id, name: 'Bash', input: { command } });
  send({
    type: 'control_request',
    request_id,
    request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command } },
  });
  const result = (content, is_error) =>
    send({
      type: 'user',
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
    });
  answered = ({ behavior, message }) => {
    interrupted = () => {};
    if (behavior === 'allow') result(`ran ${command}`, false);
    else result(message, true);
    say(behavior === 'allow' ? 'done' : 'then not');
  };
  interrupted = () => {
    answered = () => {};
    send({ type: 'control_cancel_request', request_id });
    finish(aborted);
  };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.type === 'user') {
    const prompt = message.message.content.map((part) => part.text).join('');
    if (busy) waiting.push(prompt);
    else turn(prompt);
  } else if (message.type === 'control_response') answered(message.response.response);
  else if (message.type === 'control_request') {
    const { request_id, request } = message;
    send({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } });
    if (request.subtype === 'interrupt') interrupted();
  }
});
