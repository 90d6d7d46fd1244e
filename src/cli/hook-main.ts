// The program behind hooks of agents, apart from everything else of ours: it starts in the time that Node takes.
import { runHook } from './hook.ts';

await runHook(process.argv.slice(2));
process.exit(0);
