// npm run zk:ceremony -- <step> <circuit> …: keys for production. What each step does and why stands in ceremony/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { contribute, finish, start } from './ceremony/steps.mjs';
import { compileCircuit } from './compile-circuit.mjs';
import { here } from './source-hash.mjs';

const usage = `npm run zk:ceremony -- <step> [options]

  start       --circuit ID --ptau FILE --ptau-sha256 HEX --out FILE   verifies the public powers of tau, makes the
              first key; FILE is prepared for phase 2 and has at least as many powers as the circuit's domain
  contribute  --in FILE --out FILE --name WHO                         each contributor, on a machine of their own,
              who publishes the hash it prints; at least two
  finish      --circuit ID --ptau FILE --ptau-sha256 HEX --in FILE --out FILE --beacon HEX
              beacon, verification of the whole history; writes keys/production/ID.json and ID.transcript.json
`;

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    circuit: text,
    ptau: text,
    'ptau-sha256': text,
    in: text,
    out: text,
    name: text,
    beacon: text,
  },
});

/** The constraints as they are pinned, beside the key that is made of them. */
async function constraints(id) {
  const manifest = JSON.parse(readFileSync(join(here, 'build', 'manifest.json'), 'utf8'));
  const circuit = manifest[id];
  if (!circuit) throw new Error(`There is no circuit ${id}; there are ${Object.keys(manifest).join(', ')}.`);
  const bytes = circuit.shipped
    ? brotliDecompressSync(readFileSync(join(here, 'build', `${id}.r1cs.br`)))
    : (await compileCircuit(circuit.source)).r1cs;
  const r1cs = `${values.out}.r1cs`;
  writeFileSync(r1cs, bytes);
  const { version: circuitVersion, publicSignals } = circuit;
  return {
    r1cs,
    pinned: { ptau: values['ptau-sha256'], r1cs: circuit.r1cs },
    circuit: { circuitId: id, circuitVersion, publicSignals },
  };
}

const steps = {
  start: {
    needs: ['circuit', 'ptau', 'ptau-sha256', 'out'],
    run: async () =>
      start({ ptau: values.ptau, zkey: values.out, ...(await constraints(values.circuit)) }),
  },
  contribute: {
    needs: ['in', 'out', 'name'],
    run: () => contribute({ from: values.in, to: values.out, name: values.name }),
  },
  finish: {
    needs: ['circuit', 'ptau', 'ptau-sha256', 'in', 'out', 'beacon'],
    run: async () => {
      const { ptau, in: from, out: to, beacon } = values;
      const made = await finish({ ptau, from, to, beacon, ...(await constraints(values.circuit)) });
      const folder = join(here, 'keys', 'production');
      mkdirSync(folder, { recursive: true });
      const write = (name, value) =>
        writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
      write(`${values.circuit}.json`, made.pinnedKey);
      write(`${values.circuit}.transcript.json`, made.transcript);
      return made.transcript;
    },
  },
};

const step = steps[positionals[0]];
if (!step || step.needs.some((name) => values[name] === undefined)) {
  console.error(usage);
  process.exit(2);
}
try {
  console.log(JSON.stringify(await step.run(), null, 2));
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
