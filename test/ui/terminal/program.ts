/** A program in a terminal, for the tests beside it: what it does stands in its first argument. */
import { renameSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../../src/core/index.ts';
import { guardTerminal, OuterTerminal } from '../../../src/ui/terminal/index.ts';

const [what = '', file = '', pidFile = ''] = process.argv.slice(2);
/** Its time goes by so many times slower: where a terminal is to be heard that is as slow as the machine it runs on. */
const slow = what === 'patient' || what === 'exit-at-once' ? 20 : 1;
const clock: Clock = {
  now: () => performance.now() / slow,
  wall: () => Date.now(),
  after: (delayMs, run) => {
    if (what === 'patient') note(`waits ${delayMs}`);
    const timer = setTimeout(run, delayMs * slow);
    return { cancel: () => clearTimeout(timer) };
  },
};

const terminal = new OuterTerminal({ inputFd: 0, outputFd: 1, env: process.env, clock, mouse: 'any' });
const guard = guardTerminal(terminal, { process });
// As if nobody told us: a terminal can also go away without a signal.
if (what === 'deaf') process.removeAllListeners('SIGHUP').on('SIGHUP', () => {});
const draw = (text: string): boolean => terminal.write(Buffer.from(text));
const notes: string[] = [];
const note = (text: string): void => {
  notes.push(text);
  if (!file) return;
  // Whole or not at all, for who reads it at this moment.
  writeFileSync(`${file}.new`, `${notes.join('\n')}\n`);
  renameSync(`${file}.new`, file);
};

function flood(): void {
  note(`accepted ${draw('flood '.repeat(1_750_000))}`);
  // Only a living event loop gets there.
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks++;
    if (ticks < 20) return;
    clearInterval(ticking);
    note('ticked');
  }, 5);
}

function frame(): void {
  note('frame');
  draw(`\x1b[H\x1b[2J\x1b[31mREADY ${terminal.size.cols}x${terminal.size.rows}`);
}

terminal.on((event) => {
  switch (event.type) {
    case 'redraw':
      frame();
      draw('\x1b[2;1HREDRAWN');
      break;
    case 'resize':
      frame();
      break;
    case 'drain':
      note('drain');
      break;
    case 'answers':
      note(`answers ${JSON.stringify(event.answers)}`);
      break;
    case 'lost':
      note(`lost ${event.reason}`);
      guard.dispose();
      terminal.close();
      note('ended in order');
      break;
    case 'input':
      for (const one of event.events) {
        const typed = one.type === 'key' ? one.key.name : '';
        note(`${one.type} ${typed} ${Buffer.from(one.raw).toString('hex').slice(0, 64)}`);
        // A frame cut off half way: colour, link, cursor shape, and a synchronized update that never ends.
        if (typed === 'u') draw('\x1b[?2026h\x1b]8;;http://a.b\x1b\\\x1b[5 q\x1b[1;4;7mhalf');
        if (typed === 'k') terminal.setKittyFlags(11);
        if (typed === 'f') flood();
        if (typed === 'e') {
          flood();
          setTimeout(() => process.exit(0), 50);
        }
        if (typed === 'm') terminal.setMouse('off');
        if (typed === 'b') terminal.bell();
        if (typed === 'c') note(`copy ${terminal.copy('héllo')} ${terminal.copy('x'.repeat(100_001))}`);
        if (typed === 'z') guard.suspend();
        if (typed === 'x') throw new Error('on purpose');
        if (typed === 'q') {
          guard.dispose();
          terminal.close();
        }
      }
      break;
  }
});

if (pidFile) writeFileSync(pidFile, `${process.pid}`);
terminal.enter();
terminal.setTitle('in\x07side');
frame();

if (what === 'exit-at-once') process.exit(3);
if (what === 'hold') {
  terminal.holdInput(true);
  // Nothing is read, so that nothing else keeps it alive.
  const alive = setInterval(() => {}, 1_000);
  process.once('SIGUSR2', () => {
    clearInterval(alive);
    note('released');
    terminal.holdInput(false);
  });
  note('held');
}
