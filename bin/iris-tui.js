#!/usr/bin/env node
// Launcher: plain JavaScript that Node 12 and newer can read. It finds a Node that is new enough, or says what is missing.
// biome-ignore-all lint/style/useNodejsImportProtocol: an old Node does not know `node:`
import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const MIN = [22, 13];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > MIN[0] || (major === MIN[0] && minor >= MIN[1])) start();
else startWithBundledNode();

/** `npm ci` in a checkout brings Node 24 along as the dev dependency `node`. */
async function startWithBundledNode() {
  const bundled = here('../node_modules/node/bin/node');
  if (!existsSync(bundled)) {
    console.error(
      `iris-tui: Node ${process.versions.node} is too old: Node ${MIN.join('.')} or newer is needed. ` +
        'Install Node 24 (nodejs.org, or your package manager), then run the same command again.',
    );
    process.exit(1);
  }
  const [{ spawn }, { constants }] = await Promise.all([import('child_process'), import('os')]);
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

async function start() {
  await buildWhenStale();
  try {
    const { enableCompileCache } = await import('module');
    if (enableCompileCache) enableCompileCache(await cacheFolder());
  } catch {
    // The cache only saves time.
  }
  await import('../dist/main.js');
}

/** In a checkout: builds when a source has changed, in a process of its own (the hub would keep the memory). */
async function buildWhenStale() {
  const builder = here('../scripts/build.mjs');
  const isCheckout = existsSync(builder) && existsSync(here('../src'));
  const canBuild = existsSync(here('../node_modules/rolldown'));
  if (!isCheckout || !canBuild) {
    if (existsSync(here('../dist/main.js'))) return;
    console.error(
      'iris-tui: it is not built yet, and the build tools are missing: run `npm ci` in its folder, then try again.',
    );
    process.exit(1);
  }
  const { isStale } = await import('../scripts/build.mjs');
  if (!isStale()) return;
  const { spawnSync } = await import('child_process');
  const { status } = spawnSync(process.execPath, [builder, '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(1);
}

/** A folder of this user's own: what lies in it is run. NODE_COMPILE_CACHE names another. */
async function cacheFolder() {
  const { NODE_COMPILE_CACHE, IRIS_HOME, XDG_CACHE_HOME, HOME } = process.env;
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  if (IRIS_HOME) return `${IRIS_HOME}/cache`;
  const home = HOME || (await import('os')).homedir();
  return `${XDG_CACHE_HOME || `${home}/.cache`}/iris-tui`;
}
