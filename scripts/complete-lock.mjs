/**
 * Names in package-lock.json the optional binaries of every platform. npm leaves out those its registry does not
 * offer (a mirror may carry one platform only), and `npm ci` then refuses the whole lock file. Run it after every
 * `npm install`; `--check` changes nothing and fails if something is missing. An entry made here has no
 * integrity hash: this machine has never seen the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const packages = lock.packages;

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/** As node looks for it: beside its dependant, then outwards. */
function isNamed(dependant, name) {
  for (
    let folder = dependant;
    ;
    folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))
  ) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** @returns undefined when the name does not tell the platform */
function entryFor(name, version, dependant) {
  const parts = name.split(/[-/]/);
  const { dev } = packages[dependant];
  // what is compiled for no machine is installed on none: npm takes it only when asked to by name
  if (parts.includes('wasm32')) return { version, cpu: ['wasm32'], ...(dev && { dev }), optional: true };
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.find((processor) => parts.includes(processor));
  if (!os || !cpu || !/^\d+\.\d+\.\d+/.test(version)) return undefined;
  const libc = os !== 'linux' ? undefined : parts.includes('musl') ? ['musl'] : ['glibc'];
  return { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc }), optional: true, os: [os] };
}

const added = [];
for (const [dependant, { optionalDependencies = {} }] of Object.entries(packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isNamed(dependant, name)) continue;
    const entry = entryFor(name, version, dependant);
    if (!entry) throw new Error(`which platform is ${name}@${version} for? Add its entry by hand.`);
    packages[`node_modules/${name}`] = entry;
    added.push(name);
  }

if (process.argv.includes('--check')) {
  for (const name of added) console.error(`package-lock.json does not name ${name}`);
  process.exitCode = added.length > 0 ? 1 : 0;
} else if (added.length > 0) {
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(`named ${added.length} packages of other platforms`);
}
