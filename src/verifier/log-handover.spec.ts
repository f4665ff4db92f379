import { describe, expect, it } from '@jest/globals';
import { naiveInclusion, naiveRoot } from '../../test/kit/naive-tree.js';
import { sampleIssuedAt, sampleIssuer } from '../../test/kit/sample-issuer.js';
import { sampleRun } from '../../test/kit/sample-run.js';
import { base64 } from '../kernel/log/base64.js';
import { logEntry } from '../kernel/log/entry.js';
import { noteKeyText, parseNoteKey, signNote } from '../kernel/log/note.js';
import { issueReceipt } from '../receipts/issue-receipt.js';
import { issuerFromSeed } from '../receipts/issuer.js';
import { logSigner } from '../transparency/log-signer.js';
import type { TrustedLog } from './check-log.js';
import { handedTo, successorsOf } from './log-handover.js';
import { handoversOf, logKeysOf, publishedKeysSchema } from './published-keys.js';
import { statementBytes } from './signature.js';
import { verifyReceipt } from './verify-receipt.js';

const seed = (n: number) => new Uint8Array(32).fill(n);
const origin = 'example.org/log';
const first = logSigner(seed(1), origin);
const second = logSigner(seed(2), origin, [seed(1)]);
const third = logSigner(seed(3), origin, [seed(1), seed(2)]);
const handovers = third.former.map(({ handover }) => handover);
const texts = (keys: readonly Parameters<typeof noteKeyText>[0][]) => keys.map(noteKeyText);

describe('a log that gets another key', () => {
  it('keeps its name, and each key names the next one', () => {
    expect([second.origin, third.origin]).toEqual([origin, origin]);
    expect(third.former.map(({ key }) => key)).toEqual([first.keyText, second.keyText]);
    expect(texts(successorsOf(first.key, handovers))).toEqual([first.keyText, second.keyText, third.keyText]);
    expect(texts(successorsOf(second.key, handovers))).toEqual([second.keyText, third.keyText]);
    expect(texts(successorsOf(third.key, handovers))).toEqual([third.keyText]);
    expect(texts(successorsOf(first.key, handovers.toReversed()))).toHaveLength(3);
  });

  it('keeps the name that was made of its first key, where none is given', () =>
    expect(logSigner(seed(2), undefined, [seed(1)]).origin).toBe(logSigner(seed(1)).origin));

  it('is followed no further than somebody signed: a link that is missing ends it', () =>
    expect(texts(successorsOf(first.key, handovers.slice(1)))).toEqual([first.keyText]));

  const stranger = issuerFromSeed(seed(9));
  const strange = logSigner(seed(9), origin);
  const named = (key: string, title = 'quittance-log-key/1', name = origin) => `${title}\n${name}\n${key}\n`;
  const { sign } = issuerFromSeed(seed(1));
  it.each<[string, string]>([
    ['signed by a stranger under its own name', signNote(named(strange.keyText), strange.key, stranger.sign)],
    [
      'signed by a stranger under the name of the key',
      signNote(named(strange.keyText), first.key, stranger.sign),
    ],
    ['to a key of another log', signNote(named(logSigner(seed(9), 'other').keyText), first.key, sign)],
    ['of another log', signNote(named(second.keyText, undefined, 'other'), first.key, sign)],
    ['of another title', signNote(named(second.keyText, 'quittance-log-key/2'), first.key, sign)],
    ['with a line more', signNote(`${named(second.keyText)}more\n`, first.key, sign)],
    ['with a space before the key', signNote(named(` ${second.keyText}`), first.key, sign)],
    ['without a key', signNote(named(''), first.key, sign)],
    ['changed after it was signed', handovers[0]!.replace(second.keyText, strange.keyText)],
    ['that is a head', first.checkpoint({ size: 1, root: seed(7) })],
    ['that is no note', 'quittance-log-key/1'],
    ['that is empty', ''],
  ])('is not led astray by a handover %s', (_what, note) => {
    expect(handedTo(note, first.key)).toBeUndefined();
    expect(texts(successorsOf(first.key, [note]))).toEqual([first.keyText]);
  });

  it('runs in no circle where keys hand over to each other', () => {
    const back = logSigner(seed(1), origin, [seed(2)]).former[0]!.handover;
    expect(texts(successorsOf(first.key, [...handovers, back]))).toHaveLength(3);
  });

  it('publishes its former keys, which a reader of the document believes', () => {
    const { keyId, publicKey } = sampleIssuer;
    const key = { keyId, publicKey, alg: 'Ed25519', status: 'active', validFrom: null, validUntil: null };
    const log = { origin, key: third.keyText, former: third.former };
    const read = publishedKeysSchema.parse({ format: 'quittance-keys/1', keys: [key], log });
    expect(texts(logKeysOf(read))).toEqual([third.keyText, first.keyText, second.keyText]);
    expect(handoversOf(read)).toEqual(handovers);
  });
});

describe('a receipt in a log that got another key', () => {
  const { receipt } = issueReceipt(sampleRun({ level: 'basic' }), sampleIssuer, sampleIssuedAt);
  const { statement } = receipt;
  const entries = [seed(8), logEntry(statement.receiptId, statementBytes(statement))];
  const head = { size: 2, root: naiveRoot(entries) };
  const judged = async (checkpoint: string, log: Omit<TrustedLog, 'required'>) => {
    const hashes = naiveInclusion(1, entries).map(base64);
    const { valid } = await verifyReceipt(
      { ...receipt, log: { index: 1, hashes, checkpoint } },
      { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true, log: { ...log, required: true } },
    );
    return valid;
  };

  it('is believed by who knows the log by any of its keys: all of them sign its heads', async () => {
    for (const { key } of [first, second, third])
      expect(await judged(third.checkpoint(head), { key })).toBe(true);
    expect(await judged(third.checkpoint(head), { key: logSigner(seed(9), origin).key })).toBe(false);
  });

  it('that was fetched before is believed by who knows the new key and those before it', async () => {
    const old = first.checkpoint(head);
    expect(await judged(old, { key: third.key })).toBe(false);
    const others = [first, second].map(({ keyText }) => parseNoteKey(keyText)!);
    expect(await judged(old, { key: third.key, others })).toBe(true);
  });

  it('whose former keys sign no more is believed by who follows what they said', async () => {
    const alone = logSigner(seed(3), origin).checkpoint(head);
    expect(await judged(alone, { key: first.key })).toBe(false);
    expect(await judged(alone, { key: first.key, others: successorsOf(first.key, handovers).slice(1) })).toBe(
      true,
    );
  });
});
