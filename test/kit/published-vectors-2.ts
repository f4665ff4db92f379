import { receiptHash } from '../../src/kernel/log/entry.js';
import type { ClosedRun } from '../../src/receipts/closed-run.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { signStatement } from '../../src/receipts/sign-statement.js';
import { logSigner } from '../../src/transparency/log-signer.js';
import {
  KEYS_FORMAT,
  type PublishedKeys,
  REVOCATIONS_FORMAT,
  type Receipt,
  type Revocations,
} from '../../src/verifier/index.js';
import { originals } from './mutants/originals.js';
import { at, type Node, type Path, replaced, without, written } from './mutants/tree.js';
import type { VectorInput, VectorOptions } from './published-vectors.js';
import { sampleIssuedAt, sampleIssuer } from './sample-issuer.js';
import { sampleLog } from './sample-log.js';
import { sampleContent, sampleRun } from './sample-run.js';
import { otherService, type ServiceWord, serviceWord, signedFor } from './sample-service.js';

/** What came to receipts after the first vectors: the JWS, rollback, services' receipts, the log, single steps. */
const named = (name: string): Node => originals.find((each) => each.name === name)!.document;
const { keyId, publicKey } = sampleIssuer;
const trust = { issuerKeys: [publicKey] };
const inLog = { ...trust, log: { key: sampleLog.keyText, required: true } };

const vector = (name: string, document: Node | string, options: VectorOptions = trust): VectorInput => ({
  name,
  text: typeof document === 'string' ? document : written(document),
  options,
});

const signed = named('of another run');
const { jws } = (signed as unknown as { signature: { jws: string } }).signature;
const [header = '', , value = ''] = jws.split('.');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const said = { alg: 'EdDSA', kid: keyId, typ: 'quittance-receipt-1+jws' };

const withJws = (name: string, text: string) => vector(name, replaced(signed, ['signature', 'jws'], text));
/** Signed by the issuer as it stands, so that nothing but the header is wrong. */
const withHeader = (name: string, other: object) => {
  const { statement } = signed as unknown as Receipt;
  const part = base64url(JSON.stringify(other));
  const payload = base64url(JSON.stringify(sorted(statement)));
  const bytes = sampleIssuer.sign(Buffer.from(`${part}.${payload}`));
  return withJws(name, `${part}..${Buffer.from(bytes).toString('base64url')}`);
};
/** RFC 8785 for what a statement is made of. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, member]) => [name, sorted(member)]),
        )
      : value;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const spareBit = `${jws.slice(0, -1)}${LETTERS[LETTERS.indexOf(jws.at(-1)!) + 1]}`;

const rolledBack = named('rolled back');
const toldAgain = (name: string, statement: Partial<Receipt['statement']>) => {
  const receipt = rolledBack as unknown as Receipt;
  const told = { ...receipt.statement, ...statement };
  const { signature } = signStatement(told, sampleIssuer);
  return vector(name, JSON.parse(JSON.stringify({ ...receipt, statement: told, signature })) as Node);
};
const rollback = (rolledBack as unknown as Receipt).statement.rollback!;

const issued = (name: string, run: Partial<ClosedRun>, options?: VectorOptions) => {
  const { receipt } = issueReceipt(sampleRun({ level: 'basic', ...run }), sampleIssuer, sampleIssuedAt);
  return vector(name, JSON.parse(JSON.stringify(receipt)) as Node, options);
};
const word = (name: string, other: ServiceWord | string) =>
  issued(name, { steps: signedFor(typeof other === 'string' ? other : serviceWord(other)) });

const logged = named('in the log');
const log = (logged as unknown as Receipt).log!;
const inLogWith = (name: string, change: Partial<NonNullable<Receipt['log']>>) =>
  vector(name, replaced(logged, ['log'], { ...log, ...change } as Node), inLog);
const stranger = logSigner(new Uint8Array(32).fill(6), sampleLog.origin);
const renamed = logSigner(new Uint8Array(32).fill(5), 'example.org/other');
const head = { size: 11, root: new Uint8Array(Buffer.from(log.checkpoint.split('\n')[2]!, 'base64')) };

const revocations: Revocations = {
  format: REVOCATIONS_FORMAT,
  asOf: '2026-03-01T00:00:00.000Z',
  receipts: [],
  keys: [],
};
const revoked = { revokedAt: '2026-02-02T00:00:00.000Z', reason: 'A backup was stolen.' };
const keyRevoked = (from: string, logSize: number) => ({
  ...revocations,
  keys: [{ keyId, from, logSize, ...revoked }],
});
const later = '2026-02-01T00:00:00.000Z';

const published = (validFrom: string | null, validUntil: string | null) => ({
  issuerKeys: [],
  keys: {
    format: KEYS_FORMAT,
    keys: [{ keyId, publicKey, alg: 'Ed25519', status: 'retired', validFrom, validUntil } as const],
    log: null,
  } satisfies PublishedKeys,
});

const contents = (stepId: string, answer?: string) => {
  const { input, output } = sampleContent(stepId);
  return { [stepId]: { input: input.json, output: answer === undefined ? output.json : { answer } } };
};

const step = named('step-disclosure');
const costOnly = named('step-disclosure-of-cost, in the log');
const ofStep = (name: string, path: Path, other: Node) => vector(name, replaced(step, path, other));
const { receipt: ofRun } = issueReceipt(
  sampleRun({ workflowId: 'wf_01JD0000000000000000000003', runNo: 2 }),
  sampleIssuer,
  sampleIssuedAt,
);

export const vectorInputs2: readonly VectorInput[] = [
  vector('valid: signed by a JWS', signed),
  withHeader('valid: the header as it is, signed here', said),
  vector('valid: a JWS, with whitespace', JSON.stringify(signed, null, 2)),
  withHeader('a header without a type', { alg: 'EdDSA', kid: keyId }),
  withHeader('a header of another type', { ...said, typ: 'JWT' }),
  withHeader('a header in another order', { typ: said.typ, kid: keyId, alg: said.alg }),
  withHeader('a header that wants more', { ...said, b64: false, crit: ['b64'] }),
  withHeader('a header of another algorithm', { ...said, alg: 'Ed25519' }),
  withHeader('no algorithm', { ...said, alg: 'none' }),
  withHeader('a header that names another key', { ...said, kid: '0'.repeat(16) }),
  withJws('a bit that base64url leaves over', spareBit),
  withJws('a signature padded', `${jws}==`),
  withJws('a signature cut short', jws.slice(0, -2)),
  withJws('a JWS with its payload', `${header}.${base64url('{}')}.${value}`),
  withJws('a header in base64 of the other alphabet', `${header.replace('J', '+')}..${value}`),
  vector('a statement changed under a JWS', replaced(signed, ['statement', 'maxCost'], '100001')),
  vector('a JWS that says it is the plain form', replaced(signed, ['signature', 'alg'], 'Ed25519')),
  vector(
    'both forms at once',
    replaced(signed, ['signature'], {
      ...(at(signed, ['signature']) as object),
      value: '0'.repeat(128),
    } as Node),
  ),
  vector('a JWS by an issuer nobody trusts', signed, {
    issuerKeys: [issuerFromSeed(new Uint8Array(32).fill(4)).publicKey],
  }),

  vector('valid: rolled back', rolledBack),
  toldAgain('undone, and not undone', { rollback: { ...rollback, undone: [...rollback.undone, 'step_3'] } }),
  toldAgain('undone twice', { rollback: { ...rollback, undone: ['step_1', 'step_1'] } }),
  toldAgain('undone, though skipped', { rollback: { ...rollback, undone: ['step_4'] } }),
  toldAgain('undone, though it failed', { rollback: { ...rollback, notUndone: ['step_5'] } }),
  toldAgain('undone, though there is no such step', { rollback: { ...rollback, undone: ['step_9'] } }),
  toldAgain('all undone, and something not', { rollback: { ...rollback, outcome: 'completed' } }),
  issued('undone by a run that completed', { rollback: { outcome: 'resolved', undone: [], notUndone: [] } }),
  vector(
    'a rollback of a kind nobody knows',
    replaced(rolledBack, ['statement', 'rollback', 'outcome'], 'all'),
  ),

  word('valid: signed for by a service', {}),
  word('valid: signed for without the transaction', { claims: { transaction: undefined } }),
  word('signed for by another', { by: otherService }),
  word('signed for with another key named', { header: { kid: otherService.address } }),
  word('signed for by no algorithm', { header: { alg: 'none' } }),
  word('signed for on another network', { claims: { network: 'solana:other' } }),
  word('signed for another payer', { claims: { payer: 'Payer2' } }),
  word('signed for another payment', { claims: { transaction: 'step_1Signature' } }),
  word('signed for nothing', { claims: { resourceUrl: null } }),
  word('signed for at no time', { claims: { issuedAt: 'today' } }),
  word('signed for by what is no JWS', 'a.b'),
  vector(
    'a word of a service changed after it was committed to',
    replaced(
      named('signed for by a service'),
      ['disclosure', 'steps', 1, 'evidence', 'payment', 'serviceReceipt'],
      serviceWord({ claims: { issuedAt: 1 } }),
    ),
  ),

  vector('valid: in the log', logged, inLog),
  vector(
    'valid: in the log, its head signed by others as well',
    replaced(
      logged,
      ['log', 'checkpoint'],
      `${log.checkpoint}— witness.example ${Buffer.alloc(68, 1).toString('base64')}\n`,
    ),
    inLog,
  ),
  vector('valid: in a log nobody asked for', without(logged, ['log'])),
  vector('valid: proven, and in the log', named('proven, and in the log'), inLog),
  vector('valid: not in the log, which need not be', without(logged, ['log']), {
    ...trust,
    log: { key: sampleLog.keyText, required: false },
  }),
  vector('not in the log', without(logged, ['log']), inLog),
  inLogWith('another place in the log', { index: 5 }),
  inLogWith('a place outside of the log', { index: 11 }),
  inLogWith('a hash less', { hashes: log.hashes.slice(1) }),
  inLogWith('a hash more', { hashes: [...log.hashes, log.hashes[0]!] }),
  inLogWith('hashes in another order', { hashes: log.hashes.toReversed() }),
  inLogWith('a hash in another form', { hashes: log.hashes.with(0, `${log.hashes[0]!.slice(0, 43)}.`) }),
  inLogWith('a hash of another length', {
    hashes: log.hashes.with(0, `${Buffer.alloc(31).toString('base64')}`),
  }),
  inLogWith('a head changed', { checkpoint: log.checkpoint.replace('\n11\n', '\n12\n') }),
  inLogWith('a head that another key signed', { checkpoint: stranger.checkpoint(head) }),
  inLogWith('the head of another log', { checkpoint: renamed.checkpoint(head) }),
  inLogWith('the head of another tree', {
    checkpoint: sampleLog.checkpoint({ ...head, root: head.root.toReversed() }),
  }),
  inLogWith('a head that is none', { checkpoint: '' }),
  vector('in another log', logged, { ...trust, log: { key: stranger.keyText, required: true } }),

  vector('valid: nothing revoked', logged, { ...inLog, revocations }),
  vector('valid: older than its key was lost, as the log shows', logged, {
    ...inLog,
    revocations: keyRevoked(later, 7),
  }),
  vector('after the log its key was lost at', logged, { ...inLog, revocations: keyRevoked(later, 6) }),
  vector('of a lost key, without a log', without(logged, ['log']), {
    ...trust,
    revocations: keyRevoked(later, 100),
  }),
  vector('of a key after it was lost', logged, {
    ...inLog,
    revocations: keyRevoked('2026-01-01T00:00:10.000Z', 100),
  }),
  vector('revoked itself', logged, {
    ...inLog,
    revocations: {
      ...revocations,
      receipts: [{ receipt: receiptHash((logged as unknown as Receipt).statement.receiptId), ...revoked }],
    },
  }),
  vector('valid: while its key was used', signed, published('2026-01-01T00:00:10.000Z', sampleIssuedAt)),
  vector('before its key was used', signed, published('2026-01-01T00:00:10.001Z', null)),
  vector('after its key was used', signed, published(null, '2026-01-01T00:00:09.999Z')),

  vector('valid: contents as they were', named('opened'), { ...trust, contents: contents('step_1') }),
  vector('another content', named('opened'), { ...trust, contents: contents('step_1', 'of step_2') }),
  vector('a content without its salt', signed, { ...trust, contents: contents('step_1') }),

  vector('valid: one step', step),
  vector('valid: one step, its contents, its receipt and its context', step, {
    ...trust,
    context: '77',
    receipt: JSON.stringify(ofRun),
    contents: contents('step_2'),
  }),
  vector('valid: the cost of one step, in the log', costOnly, inLog),
  vector('one step, for another context', step, { ...trust, context: '78' }),
  vector('one step of another receipt', step, { ...trust, receipt: written(signed) }),
  vector('one step beside what is no receipt', step, { ...trust, receipt: '{}' }),
  vector('one step with another content', step, { ...trust, contents: contents('step_2', 'other') }),
  vector('one step with a development key in production', step, { ...trust, production: true }),
  vector('one step by an issuer nobody trusts', step, { issuerKeys: [] }),
  ofStep('one step with another id', ['step', 'stepId'], 'step_3'),
  ofStep('one step by another recipient', ['step', 'recipient'], 'Mallory'),
  ofStep('one step that was skipped', ['outcome'], 'skipped'),
  ofStep('one step at another cost', ['shown', 'cost'], '15001'),
  ofStep('one step with another output', ['shown', 'output'], '7'),
  ofStep('one step with zero for its output', ['shown', 'output'], '0'),
  ofStep('one step, paid by somebody else', ['shown', 'executor', 'payment', 'payer'], 'Mallory'),
  vector('one step, its cost not shown', without(step, ['shown', 'cost'])),
  vector('one step without a proof', without(step, ['proof'])),
  vector(
    'one step with the proof of a run',
    replaced(step, ['proof'], at(named('zero-knowledge'), ['proof'])!),
  ),
  vector('one step with another statement', replaced(step, ['statement'], at(costOnly, ['statement'])!)),
  vector(
    'one step with a signal changed',
    replaced(step, ['proof', 'publicSignals', 5], at(step, ['proof', 'publicSignals', 6])!),
  ),
  vector(
    'one step with a point changed',
    replaced(step, ['proof', 'proof', 'pi_c'], at(step, ['proof', 'proof', 'pi_a'])!),
  ),
  vector(
    'a run with the proof of a step',
    replaced(named('zero-knowledge'), ['proof'], at(step, ['proof'])!),
  ),
  ofStep('one step of another form', ['format'], 'quittance-step-disclosure/2'),
  vector(
    'one step and a word more',
    replaced(step, ['shown'], { ...(at(step, ['shown']) as object), note: '1' } as Node),
  ),
];
