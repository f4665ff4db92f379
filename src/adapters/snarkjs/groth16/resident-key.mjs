import { assembleProof, holds, proofDocument } from './assemble-proof.mjs';
import { Curve, GROUP, weigh } from './curve.mjs';
import { windowsOf } from './digits.mjs';
import { fill } from './fill.mjs';
import { ELEMENT } from './kernel/limbs.mjs';
import { compileKernel, openKernel, sharedMemory } from './kernel/open-kernel.mjs';
import { planOf } from './plan.mjs';
import { readProvingKey } from './proving-key.mjs';
import { randomScalar } from './random-scalar.mjs';
import { rowsOf } from './rows.mjs';
import { verificationKeyOf } from './verification-key.mjs';

/** What leads to the most work is done first; G2 takes three times as long as the others. */
const URGENCY = { quotient: 3, b2: 2, others: 1 };

let opened = 0;

/** A proving key in memory, in the form its threads work with, parsed once. */
export class ResidentKey {
  #oneDone = () => {};

  /** @param zkey bytes; not kept @param threads that share the work, with other keys too */
  static async open(zkey, threads) {
    const whole = readProvingKey(zkey);
    const rows = rowsOf(whole);
    const { plan, bytes } = planOf(whole, rows, threads.count);
    const { memory, pages } = sharedMemory(bytes);
    const module = compileKernel(pages);
    const [{ scratch, temporary }] = plan.threads;
    const kernel = openKernel(module, memory, scratch);
    fill(kernel, plan, whole, rows, temporary);
    for (const base of Object.values(plan.bases)) delete base.kept;
    const name = ++opened;
    await threads.all('open', { key: name, module, memory, plan });
    return new ResidentKey(name, small(whole), plan, kernel, temporary, threads);
  }

  constructor(name, key, plan, kernel, temporary, threads) {
    Object.assign(this, { name, key, plan, kernel, temporary, threads });
    this.curve = new Curve();
    this.verificationKey = verificationKeyOf(this.curve, key);
  }

  /**
   * One at a time: the witness and all that follows from it have one place in memory.
   * @param witness 32 bytes little-endian for each wire
   * @param blinding r and s: anew for every proof, and known to nobody
   * @throws Error when the proof does not verify, which a witness that satisfies the circuit never leads to
   */
  async prove(witness, [r, s] = [randomScalar(), randomScalar()], tell = () => {}) {
    const { plan, curve } = this;
    this.#put(witness);
    this.#beginProgress(tell);
    const [h, { a, b1, b2, c }] = await Promise.all([this.#quotient(), this.#witnessSums()]);
    tell('verifying', 0);
    return curve.within(() => {
      const total = (name, windows) =>
        weigh(curve, GROUP[plan.bases[name].group], windows, this.#scalarsOf(name).bits);
      const sums = {
        a: total('a', a),
        b1: total('b1', b1),
        b2: total('b2', b2),
        c: total('c', c),
        h: total('h', h),
      };
      const proof = assembleProof(curve, this.key, sums, r, s);
      const signals = this.#signals(witness);
      if (!holds(curve, this.key, proof, signals)) throw new Error('the proof just made does not verify');
      return { proof: proofDocument(curve, proof), publicSignals: signals.map(String) };
    });
  }

  async #run(task, given, urgency) {
    const result = await this.threads.run(task, { key: this.name, ...given }, urgency);
    this.#oneDone();
    return result;
  }

  /** Splits `count` into a part for each thread. */
  #spread(task, count, given, urgency) {
    const parts = this.threads.count;
    const edge = (part) => Math.floor((count * part) / parts);
    const part = (i) => this.#run(task, { ...given, from: edge(i), to: edge(i + 1) }, urgency);
    return Promise.all(Array.from({ length: parts }, (_, i) => part(i)));
  }

  /** Tells in steps of a tenth; tasks take about the same time each. */
  #beginProgress(tell) {
    const windows = ['a', 'b1', 'b2', 'c', 'h'].map((base) => windowsOf(this.#scalarsOf(base).bits));
    // six tasks are spread over all threads, three are not
    const all = windows.reduce((sum, count) => sum + count, 6 * this.threads.count + 3);
    let [done, told] = [0, 0];
    tell('proving', 0);
    this.#oneDone = () => {
      const tenths = Math.floor((10 * ++done) / all);
      if (tenths === told) return;
      told = tenths;
      tell('proving', tenths / 10);
    };
  }

  #put(witness) {
    const { kernel, plan, temporary } = this;
    if (witness.length !== 32 * plan.wires)
      throw new Error('the witness has another number of wires than the key');
    for (let i = 0, at = plan.scalars.witness.address; i < plan.wires; i++, at += ELEMENT) {
      kernel.bytes.set(witness.subarray(32 * i, 32 * i + 32), temporary);
      kernel.r_unpack(temporary, at);
    }
  }

  #signals(witness) {
    return Array.from({ length: this.plan.publics }, (_, i) => {
      const bytes = Buffer.from(witness.subarray(32 * (i + 1), 32 * (i + 2)));
      return BigInt(`0x${bytes.reverse().toString('hex')}`);
    });
  }

  async #quotient() {
    const { domain } = this.plan;
    const urgency = URGENCY.quotient;
    const rows = [0, 1].map((side) => this.#spread('rows', domain, { side }, urgency));
    const transform = (polynomial) => this.#run('transform', { polynomial }, urgency);
    await Promise.all(rows);
    await this.#spread('products', domain, {}, urgency);
    await Promise.all([2, 0, 1].map(transform));
    await this.#spread('quotient', domain, {}, urgency);
    await this.#spread('digits', domain, { scalars: 'quotient' }, urgency);
    return this.#windows('h', URGENCY.others);
  }

  async #witnessSums() {
    await this.#spread('digits', this.plan.wires, { scalars: 'witness' }, URGENCY.b2);
    const sum = async (base) => [base, await this.#windows(base, URGENCY[base] ?? URGENCY.others)];
    return Object.fromEntries(await Promise.all(['b2', 'a', 'b1', 'c'].map(sum)));
  }

  #windows(base, urgency) {
    const count = windowsOf(this.#scalarsOf(base).bits);
    const windows = Array.from({ length: count }, (_, window) => window);
    return Promise.all(windows.map((window) => this.#run('window', { base, window }, urgency)));
  }

  #scalarsOf(base) {
    const { quotient, witness } = this.plan.scalars;
    return base === 'h' ? quotient : witness;
  }
}

/** The few points that are needed singly, without the file they came in. */
function small({ bases: _bases, coefficients: _coefficients, ...key }) {
  return Object.fromEntries(
    Object.entries(key).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    ]),
  );
}
