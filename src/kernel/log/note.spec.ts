import { describe, expect, it } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import { checkpointText, parseCheckpoint, parseIndex } from './checkpoint.js';
import { noteKey, noteKeyText, parseNote, parseNoteKey, signaturesBy, signNote } from './note.js';
import { parseTilePath, tilePath } from './tile-path.js';

/** The example of the Go package that the format comes from: its documentation has had it for years. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SAID =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${SAID}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('a signed note', () => {
  const key = parseNoteKey(PETER)!;

  it('that others published holds under the key they published', () => {
    const note = parseNote(NOTE)!;
    expect(note.text).toBe(SAID);
    const [signature] = signaturesBy(note, key);
    expect(ed25519.verify(signature!, Buffer.from(SAID), key.publicKey)).toBe(true);
    expect(noteKeyText(key)).toBe(PETER);
  });

  it('is signed so that its key finds and verifies the signature', () => {
    const secret = new Uint8Array(32).fill(7);
    const own = noteKey('example.org/log', ed25519.getPublicKey(secret));
    const note = parseNote(signNote(SAID, own, (bytes) => ed25519.sign(bytes, secret)))!;
    expect(ed25519.verify(signaturesBy(note, own)[0]!, Buffer.from(note.text), own.publicKey)).toBe(true);
    expect(signaturesBy(note, key)).toEqual([]);
  });

  it.each([
    ['without signatures', SAID],
    ['without the empty line', NOTE.replace('\n\n', '\n')],
    ['without its last line feed', NOTE.slice(0, -1)],
    ['with carriage returns', NOTE.replaceAll('\n', '\r\n')],
    ['with something after the signature', `${NOTE}more\n`],
    ['with another dash', NOTE.replace('—', '-')],
    ['with a signature that is no base64', NOTE.replace('x08go', 'x08g!')],
    ['with base64 written in another way', NOTE.replace('nAM=', 'nAN=')],
    ['with a signature of no bytes', `${SAID}\n— PeterNeumann x08gow==\n`],
    ['with a control character', NOTE.replace('think', 'th\u0000nk')],
    ['that is far too long', `${'x'.repeat(20_000)}\n\n— PeterNeumann x08go/ZJ\n`],
    ['that is empty', ''],
  ])('%s is none', (_what, text) => expect(parseNote(text)).toBeUndefined());

  it.each([
    ['another hash', PETER.replace('c74f20a3', 'c74f20a4')],
    ['another algorithm', PETER.replace('+ARpc', '+AhpC')],
    ['a space in its name', PETER.replace('Peter', 'Peter ')],
    ['a short key', PETER.slice(0, -4)],
    ['nothing', ''],
  ])('has no key with %s', (_what, text) => expect(parseNoteKey(text)).toBeUndefined());
});

describe('a checkpoint', () => {
  const root = new Uint8Array(32).fill(5);
  const text = checkpointText({ origin: 'example.org/log', size: 20_852_163, root });

  it('reads as it was written, whatever lines a later version adds', () => {
    expect(parseCheckpoint(text)).toEqual({ origin: 'example.org/log', size: 20_852_163, root });
    expect(parseCheckpoint(`${text}extension\n`)?.size).toBe(20_852_163);
  });

  it.each([
    ['a size with a zero before it', text.replace('20852163', '020852163')],
    ['a negative size', text.replace('20852163', '-1')],
    ['a size of no number', text.replace('20852163', '1e3')],
    ['a size above 2^53', text.replace('20852163', '9007199254740993')],
    ['a short root', text.replace('BQU', '')],
    ['no origin', text.slice('example.org/log'.length)],
    ['an empty line', `${text}\n`],
    ['no end', text.slice(0, -1)],
    ['nothing', ''],
  ])('with %s is none', (_what, wrong) => expect(parseCheckpoint(wrong)).toBeUndefined());

  it('counts to 2^53 and no further', () => {
    expect(parseIndex('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseIndex('9007199254740992')).toBeUndefined();
  });
});

describe('the address of a tile', () => {
  it.each([
    [0, 256, '000'],
    [67, 256, '067'],
    [1_234_067, 256, 'x001/x234/067'],
    [999, 8, '999.p/8'],
    [1_000, 255, 'x001/000.p/255'],
  ])('of %i with %i hashes is read as it is written', (index, width, path) => {
    expect(tilePath(index, width)).toBe(path);
    expect(parseTilePath(path)).toEqual({ index, width });
  });

  it.each([
    '',
    '0',
    '00',
    '1234',
    'x000/001',
    'x01/234',
    '001/234',
    '000.p/0',
    '000.p/256',
    '000.p/08',
    '000.p/',
    '../etc',
    '-01',
    'x001/234/',
    'x999/x999/x999/x999/x999/999',
    '٠٠٠',
  ])('is not %s', (path) => expect(parseTilePath(path)).toBeUndefined());
});
