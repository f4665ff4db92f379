import type { Json } from '../../src/kernel/canonical-json.js';
import type { ClosedRun, ClosedStep } from '../../src/receipts/closed-run.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { MODULUS } from '../../src/verifier/groth16-parser.js';
import type { PublishedKeys, Receipt, Revocations } from '../../src/verifier/index.js';
import { statementBytes } from '../../src/verifier/signature.js';
import { originals } from './mutants/originals.js';
import { at, type Node, type Path, replaced, without, written } from './mutants/tree.js';
import { sampleIssuedAt, sampleIssuer } from './sample-issuer.js';
import { sampleRun } from './sample-run.js';

/** What a verifier is given, beside the text of a receipt. */
export interface VectorOptions {
  readonly issuerKeys: readonly string[];
  readonly context?: string;
  readonly production?: boolean;
  /** keys as they are published, with their times, in place of `issuerKeys` */
  readonly keys?: PublishedKeys;
  /** the log's key as C2SP writes it, and whether a receipt that is not in it is refused */
  readonly log?: { readonly key: string; readonly required: boolean };
  readonly revocations?: Revocations;
  /** text of the receipt that a step must be of */
  readonly receipt?: string;
  /** JSON contents by step */
  readonly contents?: Readonly<Record<string, { readonly input?: Json; readonly output?: Json }>>;
}

export interface VectorInput {
  readonly name: string;
  /** the document as it is written */
  readonly text: string;
  readonly options: VectorOptions;
}

const named = (name: string): Node => originals.find((each) => each.name === name)!.document;
const basic = named('basic');
const proven = named('zero-knowledge');
const trust = { issuerKeys: [sampleIssuer.publicKey] };

const vector = (name: string, document: Node | string, options: VectorOptions = trust): VectorInput => ({
  name,
  text: typeof document === 'string' ? document : written(document),
  options,
});

const changed = (name: string, path: Path, value: Node, document = basic) =>
  vector(name, replaced(document, path, value));

/** The issuer signs what is not so; every commitment is made over the lie. */
const lie = (name: string, index: number, change: Partial<ClosedStep>, run: Partial<ClosedRun> = {}) => {
  const steps = sampleRun().steps.map((step, i) => (i === index ? { ...step, ...change } : step));
  const { receipt } = issueReceipt(
    sampleRun({ level: 'basic', steps, ...run }),
    sampleIssuer,
    sampleIssuedAt,
  );
  return vector(name, JSON.parse(JSON.stringify(receipt)) as Node);
};

const signedAgain = (name: string, statement: Partial<Receipt['statement']>, document = basic) => {
  const receipt = document as unknown as Receipt;
  const told = { ...receipt.statement, ...statement };
  const value = Buffer.from(sampleIssuer.sign(statementBytes(told))).toString('hex');
  return vector(name, {
    ...receipt,
    statement: told,
    signature: { ...receipt.signature, value },
  } as unknown as Node);
};

const payment = sampleRun().steps[1]!.payment!;
const mallory = issuerFromSeed(new Uint8Array(32).fill(4));
const proofPart = (...path: Path) => ['proof', 'proof', ...path];
const plus = (path: Path, more: bigint) =>
  replaced(proven, path, `${BigInt(at(proven, path) as string) + more}`);

/** On the twist, outside the subgroup, as all but very few of its points are. */
const offSubgroup: Node = [
  ['1', '3'],
  [
    '13175603860000079505227129396402575581723431434800256271676829947628946666412',
    '4706342630952398971879767057600098410453066558623984538468862320373972487753',
  ],
  ['1', '0'],
];

export const vectorInputs: readonly VectorInput[] = [
  ...originals.map(({ name, document }) => vector(`valid: ${name}`, document)),
  vector('valid: with whitespace', JSON.stringify(basic, null, 2)),
  vector('valid: names and texts escaped', written(basic).replaceAll('"outcome"', '"\\u006futcome"')),
  vector('valid: for the context asked', named('zero-knowledge-concealed'), {
    ...trust,
    context: '123456789',
  }),
  vector('another context', named('zero-knowledge-concealed'), { ...trust, context: '5' }),
  vector('a development key in production', proven, { ...trust, production: true }),
  vector('an issuer nobody trusts', basic, { issuerKeys: [mallory.publicKey] }),
  vector('no issuer to trust', basic, { issuerKeys: [] }),
  vector('not JSON', written(basic).slice(0, -1)),
  vector('more after its end', `${written(basic)} {}`),
  vector('a byte order mark', `\ufeff${written(basic)}`),
  vector('a member twice', written(basic).replace('{', '{"format":"quittance-receipt/1",')),
  vector('a member twice, once escaped', written(basic).replace('"runNo":1', '"runNo":1,"run\\u004eo":1')),
  vector('half a character', written(basic).replace('"user_1"', '"\\ud800"')),
  vector('a number with an exponent', written(basic).replace('"runNo":1', '"runNo":1e0')),
  vector('a number with a fraction', written(basic).replace('"runNo":1', '"runNo":1.0')),
  vector('a text for a number', written(basic).replace('"runNo":1', '"runNo":"1"')),
  vector('a member named __proto__', written(basic).replace('{', '{"__proto__":1,')),
  vector('nested 33 levels deep', `${'['.repeat(33)}${']'.repeat(33)}`),
  changed('another version', ['format'], 'quittance-receipt/2'),
  vector('an unknown member', written(basic).replace('{', '{"note":"trust me",')),
  vector('a member gone', without(basic, ['statement', 'closedAt'])),
  changed('a leading zero', ['disclosure', 'steps', 0, 'cost'], '020000'),
  changed(
    'an element not below r',
    ['disclosure', 'planSalt'],
    '21888242871839275222246405745257275088548364400416034343698204186575808495617',
  ),
  changed('a letter in an element', ['disclosure', 'planSalt'], '12x'),
  changed('zero for a commitment that is not there', ['disclosure', 'steps', 3, 'outputCommitment'], '0'),
  changed('a dependency twice', ['disclosure', 'steps', 1, 'dependencies'], ['step_1', 'step_1']),
  changed('a time without milliseconds', ['statement', 'closedAt'], '2026-01-01T00:00:09Z'),
  changed('a key in capitals', ['signature', 'publicKey'], sampleIssuer.publicKey.toUpperCase()),
  changed('a total changed', ['statement', 'totalCost'], '65001'),
  changed('the name of another key', ['signature', 'keyId'], mallory.keyId),
  changed('a signature of zeros', ['signature', 'value'], '0'.repeat(128)),
  vector('a signature with another S for the same R', withS(basic)),
  signedAgain('another number of slots', {
    commitments: { ...(basic as unknown as Receipt).statement.commitments!, slots: 32 },
  }),
  signedAgain('the id of another run', { runNo: 2 }),
  signedAgain('no word on what is not proven', { notProven: [] }),
  signedAgain('a total above the budget', { totalCost: '100001' }),
  signedAgain('another budget', { maxCost: '200000' }),
  signedAgain('a concealed total of a failed run', { outcome: 'failed', totalCost: null }),
  signedAgain('a smaller total than the steps', { totalCost: '1' }),
  signedAgain('a level that needs a proof', { level: 'zero-knowledge' }),
  vector('nothing disclosed', without(basic, ['disclosure'])),
  vector('a step left out', without(basic, ['disclosure', 'steps', 4])),
  changed('another recipient', ['disclosure', 'steps', 0, 'recipient'], 'Mallory'),
  changed('another ceiling', ['disclosure', 'steps', 0, 'ceiling'], '40001'),
  changed('another dependency', ['disclosure', 'steps', 2, 'dependencies'], ['step_2']),
  changed('a dependency that stands later', ['disclosure', 'steps', 0, 'dependencies'], ['step_5']),
  changed('another attempt', ['disclosure', 'steps', 0, 'attempt'], 2),
  changed('another slot of a payment', ['disclosure', 'steps', 0, 'evidence', 'payment', 'slot'], '43'),
  changed('another salt of the result', ['disclosure', 'finalSalt'], '1'),
  changed('salts of a step that is not there', ['openings'], { step_9: { input: '1', output: '2' } }),
  lie('a step above its ceiling', 1, { cost: 40_001n, payment: { ...payment, amount: '40001' } }),
  lie('a step before its dependency', 1, { seq: 0 }),
  lie('a step skipped without leave', 1, {
    status: 'skipped',
    cost: 0n,
    attempt: 0,
    outputHash: null,
    payment: null,
  }),
  lie('a completed step without an attempt', 1, { attempt: 0 }),
  lie('a payment of another amount', 1, { payment: { ...payment, amount: '1' } }),
  lie('a payment to somebody else', 1, { payment: { ...payment, payee: 'Mallory' } }),
  lie('a payment in another token', 1, { payment: { ...payment, asset: 'Doge' } }),
  lie('a cost without a payment', 1, { payment: null }),
  lie('one payment for two steps', 1, { payment: { ...payment, signature: 'step_1Signature' } }),
  lie('done by whom the plan does not name', 1, { executor: 'svc_9' }),
  lie('kept from this very run', 0, {
    cost: 0n,
    payment: null,
    keptFrom: { workflowId: sampleRun().workflowId, runNo: 1 },
  }),
  lie('kept, and paid for', 0, { keptFrom: { workflowId: 'wf_01JD0000000000000000000009', runNo: 1 } }),
  changed('another verification key', ['proof', 'vkeyHash'], 'ab'.repeat(32), proven),
  changed('a production key, it says', ['proof', 'keyKind'], 'production', proven),
  changed('a circuit nobody knows', ['proof', 'circuitId'], 'workflow-receipt-17', proven),
  vector(
    'the proof of another run',
    replaced(proven, ['proof'], at(named('zero-knowledge-concealed'), ['proof'])!),
  ),
  vector('no proof', without(proven, ['proof'])),
  changed(
    'a signal fewer',
    ['proof', 'publicSignals'],
    (at(proven, ['proof', 'publicSignals']) as Node[]).slice(0, 8),
    proven,
  ),
  changed('a context with a leading zero', ['proof', 'publicSignals', 7], '00', proven),
  vector('A.x plus the modulus', plus(proofPart('pi_a', 0), MODULUS)),
  vector('A off the curve', plus(proofPart('pi_a', 0), 1n)),
  changed('A at infinity', proofPart('pi_a'), ['0', '0', '1'], proven),
  changed('C is A', proofPart('pi_c'), at(proven, proofPart('pi_a'))!, proven),
  changed('B outside the subgroup', proofPart('pi_b'), offSubgroup, proven),
  changed('another protocol', proofPart('protocol'), 'plonk', proven),
  vector('valid: the proof turned over', turnedOver()),
];

/** S + L satisfies the same equation, and is no signature by RFC 8032. */
function withS(document: Node): Node {
  const value = at(document, ['signature', 'value']) as string;
  const s = BigInt(`0x${Buffer.from(value.slice(64), 'hex').reverse().toString('hex')}`);
  const more = s + 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = Buffer.from(more.toString(16).padStart(64, '0'), 'hex').reverse();
  return replaced(document, ['signature', 'value'], value.slice(0, 64) + bytes.toString('hex'));
}

/** (−A, −B, C) proves the same: the bytes of a proof are no identity. */
function turnedOver(): Node {
  const minus = (text: Node) => `${MODULUS - BigInt(text as string)}`;
  const a = at(proven, proofPart('pi_a')) as Node[];
  const b = at(proven, proofPart('pi_b')) as Node[][];
  const once = replaced(proven, proofPart('pi_a'), [a[0]!, minus(a[1]!), '1']);
  return replaced(once, proofPart('pi_b'), [b[0]!, b[1]!.map(minus), b[2]!]);
}
