// An agent that looks like claude and answers by itself: node fake-agent.mjs [--log FILE] [--slow WHEN] [--eats-enter] [--deaf] [--start WHEN]
// Every prompt that it takes is a line of JSON in FILE. It says `echo: …`; `ask TEXT` asks for a permission first; `work WHEN` takes so long;
// `die` works until the next key, which ends it. WHEN: milliseconds, or a file: once that exists.
//   --slow WHEN    it draws and reads keys so late        --start WHEN  its box comes so late
//   --eats-enter   its first Enter is a line of the text  --deaf        it draws nothing of what is pasted
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const value = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const has = (name) => args.includes(name);
const log = value('--log', '');
const slow = value('--slow', '0');

async function until(when) {
  if (/^\d+$/.test(when)) return sleep(Number(when));
  while (!existsSync(when)) await sleep(10);
}

let text = '';
let eats = has('--eats-enter');
let asking;
let dying = false;
let busy = 0;
const transcript = [];

function draw() {
  const { columns: cols = 80, rows = 24 } = process.stdout;
  const rule = '─'.repeat(cols);
  const box = asking
    ? [
        rule,
        ' Bash command',
        '',
        `   ${asking.what}`,
        '',
        ' Do you want to proceed?',
        ' ❯ 1. Yes',
        '   2. No',
        '',
        ' Esc to cancel',
      ]
    : [rule, ...`❯ ${text}`.split('\n').slice(0, 10), rule, '  ? for shortcuts'];
  const shown = transcript.slice(-(rows - box.length - 1));
  const title = busy > 0 && !asking ? '⠂ at work' : '✳ at rest';
  process.stdout.write(`\x1b]0;${title}\x07\x1b[?25l\x1b[2J\x1b[H${[...shown, ...box].join('\r\n')}`);
}

async function answer(prompt) {
  busy += 1;
  if (log) appendFileSync(log, `${JSON.stringify(prompt)}\n`);
  transcript.push('', ...`❯ ${prompt}`.split('\n'), '');
  draw();
  const [, verb, rest] = /^(ask|work|die)\b ?(.*)/.exec(prompt) ?? [];
  dying = verb === 'die';
  if (dying) return;
  await until(verb === 'work' ? rest : '120');
  if (verb === 'ask') {
    const allowed = await new Promise((resolve) => {
      asking = { what: rest, resolve };
      draw();
    });
    asking = undefined;
    draw();
    await sleep(60);
    transcript.push(allowed ? '● allowed' : '● refused');
  } else transcript.push(...`● echo: ${prompt}`.split('\n').map((line, i) => (i === 0 ? line : `  ${line}`)));
  busy -= 1;
  draw();
}

function key(char) {
  if (dying) process.exit(3);
  if (asking) {
    if (char === '1') asking.resolve(true);
    if (char === '2' || char === '\x1b') asking.resolve(false);
  } else if (char === '\r') {
    if (eats && text !== '') {
      eats = false;
      text += '\n';
    } else if (text.trim() !== '') {
      const prompt = text;
      text = '';
      void answer(prompt);
    }
  } else if (char === '\x7f') text = text.slice(0, -1);
  else if (char >= ' ') text += char;
}

let pasting = false;
let held = '';
async function read(chunk) {
  if (slow !== '0') await until(slow);
  held += chunk;
  while (held !== '') {
    const mark = pasting ? held.indexOf('\x1b[201~') : held.indexOf('\x1b[200~');
    if (pasting) {
      if (mark < 0) return;
      if (!has('--deaf')) text += held.slice(0, mark).replaceAll('\r', '\n');
      held = held.slice(mark + 6);
      pasting = false;
    } else if (mark === 0) {
      held = held.slice(6);
      pasting = true;
    } else {
      const end = mark < 0 ? held.length : mark;
      for (const char of held.slice(0, end)) key(char);
      held = held.slice(end);
    }
  }
  draw();
}

await until(value('--start', '0'));
process.stdin.setRawMode?.(true);
process.stdin.setEncoding('utf8');
process.stdout.write('\x1b[?2004h');
let turn = Promise.resolve();
process.stdin.on('data', (chunk) => {
  turn = turn.then(() => read(chunk));
});
process.stdout.on('resize', draw);
draw();
