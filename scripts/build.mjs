// Builds dist/ with rolldown: the program and the thread of its store, lazy chunks for what start-up does not need.
//   node scripts/build.mjs [--watch | --if-stale]
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.built');

/** Newest change below a folder, in milliseconds since 1970. */
function newest(path) {
  const s = statSync(path);
  if (!s.isDirectory()) return s.mtimeMs;
  let max = s.mtimeMs;
  for (const e of readdirSync(path)) max = Math.max(max, newest(join(path, e)));
  return max;
}

/** Is a source newer than the last build? */
export function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return ['src', 'package.json', 'scripts/build.mjs'].some((p) => newest(join(root, p)) > built);
}

/** Builds when a source is newer than the last build. Two at once both build: the output is the same. */
export async function buildIfStale() {
  if (isStale()) {
    process.stderr.write('iris-tui: building (once after a change) …\n');
    await build();
  }
}

/** What is run by its name. The store finds its thread beside itself (src/hub/store/worker-link.ts). */
const entries = {
  main: join(root, 'src/cli/main.ts'),
  'store-worker': join(root, 'src/hub/store/worker.ts'),
  hook: join(root, 'src/cli/hook-main.ts'),
};

/**
 * Node's own modules, taken with `process.getBuiltinModule`. An import or a require reads every export of them, and some load what they name when they
 * are read: undici behind `node:http`, all root certificates behind `node:tls`. 50 ms and 10 MB of each start, for nothing that we use.
 */
/** What ws takes of these, and only for wss, and what a hub needs that listens on a network: loaded when it is called. */
const LAZY = { https: ['createServer', 'get', 'request'], tls: ['connect', 'createSecureContext'] };

function lightBuiltins() {
  const names = /^(?:node:)?(http|https|tls|net|zlib|crypto)$/;
  return {
    name: 'light-builtins',
    resolveId: { filter: { id: names }, handler: (id) => `\0light:${names.exec(id)[1]}` },
    load: {
      filter: { id: /^\0light:/ },
      handler: (id) => {
        const name = id.slice('\0light:'.length);
        const lazy = LAZY[name];
        if (lazy)
          return lazy
            .map(
              (key) => `export const ${key} = (...args) => process.getBuiltinModule('node:${name}').${key}(...args);`,
            )
            .join('\n');
        const all = Object.getOwnPropertyDescriptors(process.getBuiltinModule(`node:${name}`));
        // Those behind a getter are the ones that load something.
        const plain = Object.keys(all).filter((key) => !all[key].get && /^[a-z_$][\w$]*$/i.test(key));
        return `const m = process.getBuiltinModule('node:${name}');\nexport default m;\nexport const { ${plain.join(', ')} } = m;\n`;
      },
    },
  };
}

function options() {
  return {
    input: entries,
    platform: 'node',
    // With native code, or with optional native parts and files beside it (ssh2), or that wants Node's own modules whole (fastify): loaded from
    // node_modules.
    external: ['node-pty', 'ssh2', 'fastify', '@fastify/rate-limit', '@napi-rs/keyring'],
    plugins: [lightBuiltins()],
    tsconfig: join(root, 'tsconfig.json'),
    resolve: {
      alias: {
        'react-devtools-core': join(root, 'scripts/empty.mjs'),
        'string-width': join(root, 'src/ui/string-width.ts'),
      },
    },
    // Of our own files only the entries do something by being loaded. Saying so lets a chunk take one function of a room without the rest of it.
    // Of packages, their package.json tells (undefined).
    treeshake: {
      moduleSideEffects: (id) => (id.startsWith(join(root, 'src')) ? Object.values(entries).includes(id) : undefined),
    },
    // Without `fetch`, Yoga unpacks its WebAssembly itself. With it, that goes through undici: 30 ms of CPU at each start.
    transform: { define: { 'process.env.NODE_ENV': '"production"', fetch: 'undefined' } },
    output: {
      dir: join(root, 'dist'),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      minify: true,
      sourcemap: false,
    },
    logLevel: 'warn',
  };
}

export async function build() {
  const { rolldown } = await import('rolldown');
  const { output, ...input } = options();
  const bundle = await rolldown(input);
  const started = Date.now();
  const result = await bundle.write(output);
  await bundle.close();
  // Chunks of earlier builds: a running hub may still load its own for a while, so keep those of the last hour.
  const fresh = new Set(result.output.map((o) => o.fileName));
  for (const name of readdirSync(output.dir)) {
    const path = join(output.dir, name);
    if (name.endsWith('.js') && !fresh.has(name) && started - statSync(path).mtimeMs > 3_600_000) rmSync(path);
  }
  writeFileSync(stamp, '');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--watch')) {
    const { watch } = await import('rolldown');
    const { output, ...input } = options();
    watch({ ...input, output }).on('event', (e) => {
      if (e.code === 'BUNDLE_END') {
        writeFileSync(stamp, '');
        console.log(`built in ${Math.round(e.duration)} ms`);
      }
      if (e.code === 'ERROR') console.error(e.error.message);
    });
  } else if (process.argv.includes('--if-stale')) await buildIfStale();
  else await build();
}
