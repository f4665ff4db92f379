import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { noteKey, noteKeyText } from '../../src/kernel/log/note.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { type Check, verifyReceiptBytes } from '../../src/verifier/index.js';
import { bytesOfHex } from '../../src/verifier/signature.js';
import { PageSandbox, type Shown, type StandInElement } from '../kit/page-sandbox.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleRun } from '../kit/sample-run.js';

const golden = (name: string) =>
  readFileSync(new URL(`../golden/receipts/${name}.json`, import.meta.url), 'utf8');
const names = ['basic', 'basic-failed', 'zero-knowledge', 'zero-knowledge-concealed'];
const trusting = { keys: sampleIssuer.publicKey };

const page = new PageSandbox();
await page.type(trusting);
const shownFor = async (content: string | Uint8Array): Promise<Shown> => (await page.choose(content))[0]!;

const isOf = (name: string) => (element: StandInElement) => element.attributes.get('class') === name;
const standing = ({ passed, required }: Check) => (passed ? 'passed' : required ? 'failed' : 'noted');
const asShown = ({ name, reason, ...check }: Check) => ({
  name,
  reason,
  standing: standing({ name, reason, ...check }),
});

describe('the page', () => {
  it.each(names)('shows of %s every check that Node makes, with its sentence', async (name) => {
    const { standing, checks } = await shownFor(golden(name));
    const expected = await verifyReceiptBytes(Buffer.from(golden(name)), {
      issuerKeys: [sampleIssuer],
      allowDevelopmentKeys: true,
    });
    expect(checks).toEqual(expected.checks.map(asShown));
    expect(standing).toBe('valid');
  });

  it('asks for every check in words, and keeps its name for programs', async () => {
    const documents = ['chain', 'basic', 'step-disclosure'].map(golden);
    const cards = (await page.choose(...documents)).map(({ card }) => card);
    const lines = cards.flatMap((card) => card.all(({ attributes }) => attributes.has('data-check')));
    const of = (name: string) => lines.find(({ attributes }) => attributes.get('data-check') === name)!;
    expect(lines.length).toBeGreaterThan(30);
    expect(of('proof:2').textContent).toContain('Proof of part 2 passed: Does the proof of this part of');
    for (const line of lines) {
      const name = line.attributes.get('data-check')!;
      const [title, asks] = ['title', 'asks'].map((part) => line.all(isOf(part))[0]!);
      expect(title!.attributes.get('title')).toBe(name);
      expect(title!.textContent).not.toBe(name);
      expect(asks!.textContent).toMatch(/\? $/);
    }
  });

  it('shows the run, its steps, what was paid, and what is not proven', async () => {
    const { card } = await shownFor(golden('basic'));
    const text = card.textContent;
    for (const part of ['run 1 completed, 5 steps, for 0.065 USDC of at most 0.10 USDC', 'step_1', 'Payee1'])
      expect(text).toContain(part);
    for (const limit of JSON.parse(golden('basic')).statement.notProven) expect(text).toContain(limit);
  });

  it('asks a reader to read what is only noted, such as a development key', async () => {
    const { card } = await shownFor(golden('zero-knowledge'));
    expect(card.textContent).toContain('All 8 checks hold. Read the 2 notes among them.');
  });

  it('says of a run that failed that it did, however valid its receipt', async () => {
    expect((await shownFor(golden('basic-failed'))).card.textContent).toContain('It says: run 1 failed');
  });

  it('takes a receipt as the API answers it, in its envelope', async () => {
    const envelope = `{"receipt":{"document":${golden('basic')}}}`;
    expect((await shownFor(envelope)).standing).toBe('valid');
  });

  it('names the bad one of several that are dropped, and the way to each', async () => {
    const bad = golden('basic').replace('"totalCost": "65000"', '"totalCost": "65001"');
    const shown = await page.drop(golden('basic'), bad, golden('zero-knowledge'));
    expect(shown.map(({ standing }) => standing)).toEqual(['valid', 'invalid', 'valid']);
    const overview = page.element('results').all(({ tag }) => tag === 'nav')[0]!;
    expect(overview.textContent).toContain('1 of 3 receipts are not valid.');
    expect(overview.all(({ tag }) => tag === 'a').map(({ attributes }) => attributes.get('href'))).toEqual([
      '#receipt-1',
      '#receipt-2',
      '#receipt-3',
    ]);
    expect(page.element('said').textContent).toBe('3 files checked, 1 not valid.');
  });

  it('works where WebAssembly is forbidden as well', async () => {
    const strict = new PageSandbox({ wasm: false });
    await strict.type(trusting);
    const shown = await strict.choose(golden('basic'), golden('zero-knowledge'));
    expect(shown.map(({ standing }) => standing)).toEqual(['valid', 'valid']);
  });
});

describe('what a reader asks for', () => {
  it('makes the difference between a whole receipt and a valid one', async () => {
    const fresh = new PageSandbox();
    expect(await fresh.choose(golden('basic'))).toMatchObject([{ standing: 'whole' }]);
    expect(await fresh.type(trusting)).toMatchObject([{ standing: 'valid' }]);
    expect(await fresh.type({ keys: '00'.repeat(32) })).toMatchObject([{ standing: 'invalid' }]);
  });

  it('asks for a log where its key is named', async () => {
    const key = noteKey('log.example', bytesOfHex(sampleIssuer.publicKey));
    const fresh = new PageSandbox();
    await fresh.type({ ...trusting, logkey: noteKeyText(key) });
    const [shown] = await fresh.choose(golden('basic'));
    expect(shown!.checks).toContainEqual(expect.objectContaining({ name: 'log', standing: 'failed' }));
  });

  it('holds proofs to a context, to a level, and to the keys of production', async () => {
    const fresh = new PageSandbox();
    await fresh.type(trusting);
    await fresh.choose(golden('zero-knowledge-concealed'));
    expect(await fresh.type({ context: '123456789' })).toMatchObject([{ standing: 'valid' }]);
    const other = await fresh.type({ context: '5' });
    expect(other[0]!.checks).toContainEqual(expect.objectContaining({ name: 'context', standing: 'failed' }));
    const basic = await fresh.type({ context: '', level: 'basic' });
    expect(basic[0]!.checks).toContainEqual(expect.objectContaining({ name: 'level', standing: 'failed' }));
    const strict = await fresh.type({ level: '', production: true });
    expect(strict[0]!.checks.at(-1)).toMatchObject({ name: 'proof-key', standing: 'failed' });
  });

  it.each([
    ['keys', { keys: 'abc' }, /64 hex digits/],
    ['logkey', { logkey: 'example.com+00000000+AAAA' }, /name/],
    ['context', { context: '-1' }, /decimal number/],
    ['context', { context: '007' }, /decimal number/],
  ])('is refused beside the field %s where it means nothing', async (field, wishes, complaint) => {
    const fresh = new PageSandbox();
    await fresh.type(wishes);
    expect(fresh.element(`${field}-complaint`).textContent).toMatch(complaint);
    expect(fresh.element(field).attributes.get('aria-invalid')).toBe('true');
  });
});

/** Leaves of a receipt, one in each section, and the check that falls when a digit of it is another. */
const sections: readonly [string, readonly (string | number)[], string][] = [
  ['the statement', ['statement', 'totalCost'], 'signature'],
  ['the commitments', ['statement', 'commitments', 'resultsRoot'], 'signature'],
  ['the signature', ['signature', 'value'], 'signature'],
  ['the key', ['signature', 'publicKey'], 'issuer'],
  ['the plan', ['disclosure', 'steps', 0, 'ceiling'], 'plan'],
  ['the salt of the plan', ['disclosure', 'planSalt'], 'plan'],
  ['the cost of a step', ['disclosure', 'steps', 1, 'cost'], 'results'],
  ['a payment', ['disclosure', 'steps', 1, 'evidence', 'payment', 'slot'], 'results'],
  ['the salt of the result', ['disclosure', 'finalSalt'], 'final-result'],
];

describe('one digit changed', () => {
  it.each(sections)('in %s is seen, and its line fails', async (_, path, name) => {
    const document = JSON.parse(golden('basic'));
    const parent = path.slice(0, -1).reduce((at, key) => at[key], document);
    const leaf = path.at(-1)!;
    parent[leaf] = String(parent[leaf]).replace(
      /[0-9](?=[^0-9]*$)/,
      (digit) => `${(Number(digit) + 1) % 10}`,
    );
    const { standing, checks } = await shownFor(JSON.stringify(document));
    expect(standing).toBe('invalid');
    expect(checks.filter((check) => check.standing === 'failed').map((check) => check.name)).toContain(name);
  });

  it('in a proof is seen, and its line fails', async () => {
    const document = JSON.parse(golden('zero-knowledge'));
    document.proof.proof.pi_b[1][0] = `${BigInt(document.proof.proof.pi_b[1][0]) + 1n}`;
    const { checks } = await shownFor(JSON.stringify(document));
    expect(checks.at(-1)).toMatchObject({ name: 'proof', standing: 'failed' });
  });
});

describe('a hostile document', () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(1)</script>';
  const hostile = issuerFromSeed(new Uint8Array(32).fill(5));

  it('brings no markup: it is shown as the text it is', async () => {
    const run = sampleRun({ level: 'basic' });
    const steps = run.steps.map((step) => ({ ...step, action: markup, reason: markup }));
    const { receipt } = issueReceipt({ ...run, steps, approver: markup }, hostile, sampleIssuedAt);
    const fresh = new PageSandbox();
    const [shown] = await fresh.choose(JSON.stringify(receipt));
    expect(shown!.standing).toBe('whole');
    expect(shown!.card.textContent).toContain(markup);
    expect(shown!.card.all(({ tag }) => tag === 'img' || tag === 'script')).toEqual([]);
  });

  it('hides nothing by characters that cannot be seen or that turn the direction of writing', async () => {
    const run = sampleRun({ level: 'basic' });
    const approver = 'user\u202e1\u200b\u0000';
    const { receipt } = issueReceipt({ ...run, approver }, hostile, sampleIssuedAt);
    const fresh = new PageSandbox();
    const [shown] = await fresh.choose(JSON.stringify(receipt));
    expect(shown!.card.textContent).toContain('user⟨U+202E⟩1⟨U+200B⟩⟨U+0000⟩');
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['nesting without end', '['.repeat(200_000), /deeper than/],
    ['nested objects', '{"a":'.repeat(50_000), /deeper than/],
    ['ten megabytes', `"${'a'.repeat(10 * 1024 * 1024)}"`, /at most 4194304 are read/],
    ['nothing', '', /not JSON/],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00), /not text in UTF-8/],
    ['a prototype', '{"__proto__":{"format":"quittance-receipt/1"}}', /__proto__/],
    ['a member twice', golden('basic').replace('{', '{"format":"quittance-receipt/1",'), /is there twice/],
    ['a number in another form', golden('basic').replace('"runNo": 1', '"runNo": 1e0'), /another form/],
    ['null', 'null', /./],
    ['markup for a format', JSON.stringify({ format: markup }), /./],
    ['a long list of numbers', `[${'1,'.repeat(1_000_000)}1]`, /./],
  ])('is harmless and refused: %s', async (_, content, reason) => {
    const { standing, checks, card } = await shownFor(content);
    expect(standing).toBe('invalid');
    expect(checks.find((check) => check.standing === 'failed')!.reason).toMatch(reason);
    expect(card.textContent.length).toBeLessThan(3_000);
  });

  it('that cannot be read is said to be one, and the others are checked', async () => {
    const broken = { name: 'gone.json', size: 3, arrayBuffer: async () => Promise.reject(new Error('gone')) };
    const fresh = new PageSandbox();
    await fresh.choose(golden('basic'));
    const results = fresh.element('results');
    await new Promise<void>((resolve) => {
      results.onreplaced = resolve;
      fresh.element('files').files = [broken];
      fresh.element('files').dispatch('change');
    });
    expect(results.textContent).toContain('This file could not be read.');
  });
});
