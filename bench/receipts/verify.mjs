import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, round } from '../figures.mjs';
import { call } from '../http.mjs';
import { withEngine } from '../with-engine.mjs';
import { timed } from './timed.mjs';

/** seed of the issuer of the sample receipts */
const SEED = '03'.repeat(32);
/** as many do not count: machine code is compiled meanwhile */
const WARM_UP = { proof: 8, endpoint: 100, batch: 2 };

/** One proof after another, by the compiled pairing and by the one that runs everywhere; ms each. */
export async function singles(root, [receipt], reps) {
  const { verifyProof } = await built(root, 'verifier/verify-proof.js');
  const { openWasmPairing } = await built(root, 'verifier/wasm/wasm-pairing.js');
  const { circuitId, proof, publicSignals } = receipt.proof;
  const times = async (pairing) => {
    const options = { allowDevelopmentKeys: true, ...(pairing && { pairing }) };
    const verify = () => verifyProof(circuitId, proof, publicSignals, options).valid;
    return round(median(await repeated(verify, reps, WARM_UP.proof)));
  };
  return { proofMs: await times(await openWasmPairing()), proofPortableMs: await times() };
}

/** Whole answers of a running installation: one receipt, and a thousand of which three are bad. */
export async function endpoints(root, receipts, reps) {
  const env = { RECEIPT_SIGNING_SEED: SEED };
  return withEngine('ours', { root, env }, async ({ app }) => {
    const one = () => call('POST', `${app.url}/receipts/verify`, receipts[0]).then(({ valid }) => valid);
    const single = await repeated(one, reps, WARM_UP.endpoint);
    const thousand = Array.from({ length: 1_000 }, (_, i) => receipts[i % receipts.length]);
    const bad = [...thousand];
    for (const i of [7, 500, 999]) bad[i] = withProofOf(thousand[i], thousand[i + 1] ?? thousand[0]);
    const batch = (given, expected) => async () => {
      const { receipts: answers } = await call('POST', `${app.url}/receipts/verify-batch`, { receipts: given });
      return answers.filter(({ valid }) => !valid).length === expected;
    };
    const [good, mixed] = [await repeated(batch(thousand, 0), 3, WARM_UP.batch), await repeated(batch(bad, 3), 3, 0)];
    return {
      verifyMs: round(median(single)),
      batch1000S: round(median(good) / 1000),
      batch1000ThreeBadS: round(median(mixed) / 1000),
    };
  });
}

/** A true statement with the proof of another. */
const withProofOf = (receipt, other) => ({
  ...receipt,
  proof: { ...receipt.proof, proof: other.proof.proof },
});

/** @returns ms of each, after some that do not count @throws Error when an answer is not as it should be */
async function repeated(ask, reps, warmUp) {
  const times = [];
  for (let rep = -warmUp; rep < reps; rep++) {
    const { result, ms } = await timed(ask);
    if (!result) throw new Error('a verification did not end as it should');
    if (rep >= 0) times.push(ms);
  }
  return times;
}

const built = (root, path) => import(pathToFileURL(join(root, 'dist', path)).href);
