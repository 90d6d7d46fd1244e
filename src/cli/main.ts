// Where the program begins. Opening the screen must be quick, so what leads there is decided here, by hand, and nothing else is
// loaded; everything that prints and ends goes through program.ts.
import { readEnvironment } from './environment.ts';
import { endQuietlyOnBrokenPipe, reportFailure } from './failure.ts';
import { readScreenArguments } from './screen-arguments.ts';

const env = readEnvironment();
const argv = process.argv.slice(2);

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

try {
  const screen = readScreenArguments(argv);
  if (screen) {
    const { openScreen } = await import('./open-screen.ts');
    process.exit(await openScreen(env, screen));
  } else if (argv[0] === 'hub' && argv[1] === 'run' && argv[2] === '--background' && argv.length === 3) {
    const { runHub } = await import('./run-hub.ts');
    await runHub(env, { background: true, flags: {} });
  } else if (argv[0] === 'hook' && argv[1] !== undefined && !argv[1].startsWith('-')) {
    const { runHook } = await import('./hook.ts');
    await runHook(argv.slice(1));
    process.exit(0);
  } else {
    endQuietlyOnBrokenPipe();
    const { runProgram } = await import('./program.ts');
    process.exitCode = await runProgram(env, argv);
  }
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  process.exit(reportFailure(error, { json: argv.includes('--json'), env }));
}
