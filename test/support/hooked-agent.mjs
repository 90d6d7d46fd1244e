// Stands in for claude where hooks are tested: takes --settings as claude does, and runs the hooks of an event, as claude does, when told so
// on its terminal: `EVENT {"more":"fields"}`. Says what became of each hook: its exit code and all that it printed.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const at = process.argv.indexOf('--settings');
const settings = at < 0 ? {} : JSON.parse(process.argv[at + 1]);
console.log(`hooks: ${Object.keys(settings.hooks ?? {}).length}, token: ${process.env.IRIS_HOOK_TOKEN ?? 'none'}.`);
for await (const line of createInterface({ input: process.stdin })) {
  const [, event, fields] = /^(\w+) ?(.*)$/.exec(line.trim()) ?? [];
  if (event === undefined) continue;
  for (const { hooks } of settings.hooks?.[event] ?? []) {
    for (const { command } of hooks) {
      const input = JSON.stringify({ session_id: 'x', hook_event_name: event, ...JSON.parse(fields || '{}') });
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { input, encoding: 'utf8' });
      console.log(`${event}: ${status} [${stdout}${stderr}]`);
    }
  }
}
