import { checkpointText } from '../../../src/kernel/log/checkpoint.js';
import { noteKey, signNote } from '../../../src/kernel/log/note.js';
import { issueReceipt } from '../../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../../src/receipts/issuer.js';
import { signStatement } from '../../../src/receipts/sign-statement.js';
import { logSigner } from '../../../src/transparency/log-signer.js';
import type { Receipt } from '../../../src/verifier/index.js';
import type { Random } from '../../simulation/random.js';
import { SAMPLE_LOG_SIZE } from '../in-sample-log.js';
import { sampleIssuedAt, sampleIssuer } from '../sample-issuer.js';
import { sampleLog } from '../sample-log.js';
import { sampleRun } from '../sample-run.js';
import { otherService, type ServiceWord, serviceWord, signedFor } from '../sample-service.js';
import type { Family } from './family.js';
import { type Node, replaced, written } from './tree.js';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** Another place, another way to the root, another root, or a head that the log's key did not sign. */
export const otherLog: Family = (random, original, others) => {
  const { log } = original.document as unknown as Receipt;
  if (!log) return undefined;
  const { index, hashes, checkpoint } = log;
  const foreign = (random.pick(others).document as unknown as Receipt).log;
  const changed = random.pick<object>([
    {
      ...log,
      index: random.pick([index + 1, index ^ 1, index + SAMPLE_LOG_SIZE, 0, Number.MAX_SAFE_INTEGER]),
    },
    { ...log, hashes: hashes.toReversed() },
    { ...log, hashes: hashes.slice(random.between(0, 1), hashes.length - 1) },
    { ...log, hashes: [...hashes, random.pick(hashes)] },
    { ...log, hashes: [base64(random.bytes(32)), ...hashes.slice(1)] },
    { ...log, hashes: hashes.map((hash) => `${hash.slice(0, 43)} `) },
    { ...log, hashes: [] },
    { ...log, checkpoint: otherHead(random, checkpoint) },
    { ...log, checkpoint: otherHead(random, checkpoint) },
    ...(foreign ? [foreign, { ...log, checkpoint: foreign.checkpoint }, { ...foreign, checkpoint }] : []),
  ]);
  return written(replaced(original.document, ['log'], changed as Node));
};

const stranger = issuerFromSeed(new Uint8Array(32).fill(66));
const namesake = logSigner(new Uint8Array(32).fill(66), sampleLog.origin);

function otherHead(random: Random, checkpoint: string): string {
  const [origin = '', size = '', root = ''] = checkpoint.split('\n');
  const head = { size: Number(size), root: new Uint8Array(Buffer.from(root, 'base64')) };
  const other = random.pick([
    { ...head, size: head.size + random.between(1, 5) },
    { ...head, root: random.bytes(32) },
    { ...head, size: 0 },
  ]);
  const text = checkpointText({ origin, ...head });
  const signature = checkpoint.slice(checkpoint.indexOf('\n\n'));
  return random.pick([
    // text and signature do not belong together
    `${checkpointText({ origin, ...other }).slice(0, -1)}${signature}`,
    `${text}more\n${signature.slice(1)}`,
    // signed, but by another: under its own name, and under that of the log's key
    namesake.checkpoint(head),
    signNote(text, sampleLog.key, stranger.sign),
    signNote(text, noteKey('example.org/other', Buffer.from(stranger.publicKey, 'hex')), stranger.sign),
    // signed by the very key, and another log's head, or not this tree's
    logSigner(new Uint8Array(32).fill(5), 'example.org/other').checkpoint(head),
    sampleLog.checkpoint({ ...head, root: random.bytes(32) }),
    // not merely another size: it is no part of the root, and a log that signs two sizes for one root is found by others
    sampleLog.checkpoint({ ...head, size: random.between(0, 2) }),
    signNote(text.replace(/\n$/, '\r\n'), sampleLog.key, stranger.sign),
    checkpoint.replaceAll('\n', '\r\n'),
    checkpoint.replace('\n\n', '\n'),
    checkpoint.trimEnd(),
    `${checkpoint}\n`,
    checkpoint.replace('— ', '- '),
    text,
    '',
  ]);
}

const SERVICE_LIES: readonly ((random: Random) => ServiceWord)[] = [
  () => ({ by: otherService }),
  (random) => ({ header: { alg: random.pick(['none', 'HS256', 'ES256K', 'Ed25519', 'EdDsa', 1, null]) } }),
  (random) => ({
    header: { kid: random.pick(['', 'did:key:z6Mk', otherService.address, 'did:web:x', 1, null]) },
  }),
  (random) => ({ claims: { network: random.pick(['solana:other', '', null]) } }),
  (random) => ({ claims: { payer: random.pick(['Payer2', 'payer1', '', null]) } }),
  (random) => ({ claims: { transaction: random.pick(['step_1Signature', '', 'STEP_2SIGNATURE']) } }),
  (random) => ({ claims: { issuedAt: random.pick(['1767225602', null, 1.5]) } }),
  (random) => ({ claims: { resourceUrl: random.pick([1, null, [], {}]) } }),
];

/** The issuer commits to a service's word that is none, and signs it: only the service's key can tell. */
export const otherServiceWord: Family = (random, original) => {
  if (original.name !== 'signed for by a service') return undefined;
  const word = random.chance(0.6)
    ? serviceWord(random.pick(SERVICE_LIES)(random))
    : spoilt(random, serviceWord());
  const run = sampleRun({
    level: 'basic',
    workflowId: 'wf_01JD0000000000000000000006',
    steps: signedFor(word),
  });
  return JSON.stringify(issueReceipt(run, sampleIssuer, sampleIssuedAt).receipt);
};

function spoilt(random: Random, jws: string): string {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const at = random.between(0, jws.length - 2);
  return random.pick([
    `${header}.${payload}`,
    `${header}.${payload}.${signature.slice(0, -2)}`,
    `${header}.${payload}.${signature}.${signature}`,
    `${header}..${signature}`,
    `${payload}.${header}.${signature}`,
    `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`,
    `${jws}=`,
    ` ${jws}`,
    'a.b.c',
    '..',
    'x'.repeat(2_000),
  ]);
}

/** The issuer signs that it undid what was not done, or what it says it did not undo. */
export const otherRollback: Family = (random, original) => {
  const { statement } = original.document as unknown as Receipt;
  const { rollback } = statement;
  if (!rollback) return undefined;
  const { undone, notUndone } = rollback;
  const lie = random.pick<Partial<Receipt['statement']>>([
    { rollback: { ...rollback, undone: [...undone, random.pick(['step_4', 'step_5', 'step_9', 'Step_1'])] } },
    { rollback: { ...rollback, notUndone: [random.pick(['step_4', 'step_5', 'step_9', 'step_1 '])] } },
    { rollback: { ...rollback, undone: [...undone, random.pick([...undone, ...notUndone])] } },
    { rollback: { ...rollback, notUndone: [...notUndone, random.pick([...undone, ...notUndone])] } },
    { rollback: { ...rollback, outcome: 'completed' } },
    { outcome: 'completed' },
  ]);
  const told = { ...statement, ...lie };
  const receipt = original.document as unknown as Receipt;
  return JSON.stringify({
    ...receipt,
    statement: told,
    signature: signStatement(told, sampleIssuer).signature,
  });
};
