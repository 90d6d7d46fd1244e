// `npm run check`: types (core apart, without Node's), lint, room boundaries, complete lock. All run; any failure fails.
import { spawnSync } from 'node:child_process';

const steps = [
  ['types', 'node', ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.json']],
  ['types of core, without Node', 'node', ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.core.json']],
  ['lint and format', 'biome', ['check', '--error-on-warnings']],
  ['room boundaries', 'depcruise', ['src', '--config', '.dependency-cruiser.cjs']],
  ['lock complete', 'npm', ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund']],
];
let failed = 0;
for (const [name, command, args] of steps) {
  const r = spawnSync(command, args, { encoding: 'utf8' });
  const ok = r.status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
  if (!ok) {
    failed += 1;
    console.log((r.stdout ?? '') + (r.stderr ?? '') + (r.error ? String(r.error) : ''));
  }
}
process.exit(failed ? 1 : 0);
