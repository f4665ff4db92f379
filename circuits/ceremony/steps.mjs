import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import * as snarkjs from 'snarkjs';
import { closingFiles } from './closing-files.mjs';

/**
 * The three steps to a proving key nobody can forge for, each on a machine of its own. The key is safe as long as
 * one contributor was honest and forgot; the beacon keeps the last of them from choosing the result.
 */
const LEAST_CONTRIBUTIONS = 2;
/** 2^iterations hashes of the beacon, so that nobody can try many */
const BEACON_ITERATIONS = 10;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const hashOf = (file) => sha256(readFileSync(file));

const complaints = () => {
  const said = [];
  const keep = (text) => said.push(String(text));
  return { said, logger: { error: keep, warn: keep, info: keep, debug: () => {} } };
};

/**
 * Takes up a public powers-of-tau file, prepared for phase 2, and makes the key without any contribution.
 * @param pinned SHA-256 of both files, learnt by another way than the files
 */
export async function start({ ptau, r1cs, pinned, zkey }) {
  expect(ptau, pinned.ptau, 'The powers of tau');
  expect(r1cs, pinned.r1cs, 'The circuit');
  const { said, logger } = complaints();
  if ((await closingFiles(() => snarkjs.powersOfTau.verify(ptau, logger))) !== true)
    throw new Error(`The powers of tau do not verify: ${said.at(-1)}`);
  // it answers -1 instead of throwing, as when the powers are too few
  const made = await closingFiles(() => snarkjs.zKey.newZKey(r1cs, ptau, zkey, logger));
  if (made === -1) throw new Error(`No key can be made of these powers of tau: ${said.at(-1)}`);
  return { zkey: hashOf(zkey) };
}

/** @returns the hash that the contributor publishes, so that everybody sees the contribution in the transcript */
export async function contribute({ from, to, name }) {
  const entropy = randomBytes(64).toString('hex');
  const hash = await closingFiles(() => snarkjs.zKey.contribute(from, to, name, entropy));
  if (!(hash instanceof Uint8Array)) throw new Error(`${from} is not a key that can be contributed to`);
  return { name, announced: Buffer.from(hash).toString('hex'), zkey: hashOf(to) };
}

/**
 * Adds the beacon, verifies the whole history against circuit and powers of tau, and gives the verification key as
 * verifiers pin it, with the transcript of how it came about.
 * @param beacon hex of something public that nobody knew before the last contribution
 */
export async function finish({ ptau, r1cs, pinned, from, to, beacon, circuit }) {
  expect(ptau, pinned.ptau, 'The powers of tau');
  expect(r1cs, pinned.r1cs, 'The circuit');
  if (!/^([0-9a-f]{2}){16,}$/.test(beacon)) throw new Error('A beacon is at least 16 bytes in hex.');
  const ended = await closingFiles(() => snarkjs.zKey.beacon(from, to, 'beacon', beacon, BEACON_ITERATIONS));
  if (ended === false)
    throw new Error(`${from} is not a key that can be finished.`);
  const { said, logger } = complaints();
  if ((await closingFiles(() => snarkjs.zKey.verifyFromR1cs(r1cs, ptau, to, logger))) !== true)
    throw new Error(`The key does not verify: ${said.at(-1)}`);
  const contributions = contributionsOf(said);
  // the last is the beacon, which is nobody's
  const people = contributions.length - 1;
  if (people < LEAST_CONTRIBUTIONS)
    throw new Error(`Contributions: ${people}. There must be at least ${LEAST_CONTRIBUTIONS}.`);
  const { vk_alphabeta_12: _, ...key } = await closingFiles(() => snarkjs.zKey.exportVerificationKey(to));
  if (canonicalize(key.vk_gamma_2) === canonicalize(key.vk_delta_2))
    throw new Error('Gamma equals delta: anybody could forge proofs for this key.');
  const vkeyHash = sha256(canonicalize(key));
  const transcript = { ...pinned, contributions, beacon, iterations: 2 ** BEACON_ITERATIONS, zkey: hashOf(to), vkeyHash };
  return { pinnedKey: { ...circuit, keyKind: 'production', vkeyHash, key }, transcript };
}

function expect(file, wanted, what) {
  const found = hashOf(file);
  if (found !== wanted) throw new Error(`${what} in ${file} is not what is pinned: ${found}, not ${wanted}.`);
}

/** What snarkjs says while it verifies a history, from the last contribution to the first. */
function contributionsOf(said) {
  const found = said.flatMap((line) => {
    const [, number, name, hash] = /^contribution #(\d+) ?(.*):\s+([0-9a-f\s]{128,})$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), name, announced: hash.replace(/\s/g, '') }];
  });
  return found.sort((a, b) => a.number - b.number).map(({ name, announced }) => ({ name, announced }));
}
