#!/usr/bin/env node
// Launcher: plain JavaScript that any Node can parse. It finds a Node that is new enough, or says what is missing.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN = [22, 13];
const here = (p) => fileURLToPath(new URL(p, import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > MIN[0] || (major === MIN[0] && minor >= MIN[1])) {
  await start();
} else {
  // `npm ci` in a checkout brings Node 24 along as the dev dependency `node`.
  const bundled = here('../node_modules/node/bin/node');
  if (existsSync(bundled)) {
    const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)));
  } else {
    console.error(
      `iris-tui: Node ${process.versions.node} is too old: Node ${MIN.join('.')} or newer is needed. ` +
        'Install Node 24 (nodejs.org, or your package manager), then run the same command again.',
    );
    process.exit(1);
  }
}

async function start() {
  const main = here('../dist/main.js');
  if (!existsSync(main)) {
    // A fresh checkout: build once, saying so.
    if (!existsSync(here('../scripts/build.mjs')) || !existsSync(here('../node_modules/rolldown'))) {
      console.error(
        'iris-tui: it is not built yet, and the build tools are missing: run `npm ci` in its folder, then try again.',
      );
      process.exit(1);
    }
  }
  if (
    existsSync(here('../scripts/build.mjs')) &&
    existsSync(here('../src')) &&
    existsSync(here('../node_modules/rolldown'))
  ) {
    const { buildIfStale } = await import('../scripts/build.mjs');
    await buildIfStale();
  }
  try {
    const { enableCompileCache } = await import('node:module');
    // A folder of this user's own: what lies in it is run. NODE_COMPILE_CACHE names another.
    const { NODE_COMPILE_CACHE, IRIS_HOME, XDG_CACHE_HOME, HOME } = process.env;
    const caches = XDG_CACHE_HOME || join(HOME || homedir(), '.cache');
    const cache = NODE_COMPILE_CACHE || (IRIS_HOME ? join(IRIS_HOME, 'cache') : join(caches, 'iris-tui'));
    enableCompileCache?.(cache);
  } catch {
    // The cache only saves time.
  }
  await import('../dist/main.js');
}
