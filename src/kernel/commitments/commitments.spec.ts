import { describe, expect, it } from '@jest/globals';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as portable, sha512 } from '@noble/hashes/sha2.js';
import { Refusal } from '../errors.js';
import { blind, bytesToField, commitContent, contentToField, jsonToField } from './content.js';
import { FIELD, packWords, parseField } from './field.js';
import { type Plan, type PlannedStep, planCommitment } from './plan-commitment.js';
import { poseidon } from './poseidon.js';
import { commitResultWords, finalResultHash, resultWords, type StepRecord } from './results-root.js';
import { saltFor } from './salts.js';
import { sha256, utf8 } from './sha2.js';
import { treeRoot, treeRootEach } from './tree-root.js';

const secret = new Uint8Array(32).fill(7);

describe('hashing a result', () => {
  it.each([
    ['{}', '8966700559843616145937186443666488855024148424955028588358954024786787121632'],
    ['[]', '15527233252599332924526979311384288350999737099737816265364374338697861396219'],
    [
      '{"b":1,"a":[3,2,{"z":null,"y":"x"}]}',
      '10418244209280787501604941617925663542436425407723162400346577847244041470838',
    ],
  ])('reproduces the published vector of %s', (text, expected) => {
    expect(jsonToField('result', JSON.parse(text)).toString()).toBe(expected);
  });

  it("reproduces circomlib's Poseidon(1, 2)", () => {
    expect(poseidon([1n, 2n]).toString()).toBe(
      '7853200120776062878684798364095072458815029376092732009249414926327459813530',
    );
  });

  it('does not depend on the order of members, and does on everything else', () => {
    const hash = (value: unknown) => jsonToField('result', value);
    expect(hash({ a: 1, b: 2 })).toBe(hash({ b: 2, a: 1 }));
    expect(hash({ a: 1, b: 2 })).not.toBe(hash({ a: 1, b: '2' }));
    expect(hash([1, 2])).not.toBe(hash([2, 1]));
  });

  it('tells an input from an output, and a file from a JSON value with the same bytes', () => {
    expect(jsonToField('input', {})).not.toBe(jsonToField('result', {}));
    expect(bytesToField('result', utf8('{}'))).not.toBe(jsonToField('result', {}));
  });

  it.each([[undefined], [NaN], [10n], [new Date(0)], [new Map()], [{ a: undefined }], [2 ** 53], ['\ud800']])(
    'refuses %p, which a canonicalizer would silently change',
    (value) => {
      expect(() => jsonToField('result', value)).toThrow(TypeError);
    },
  );

  it('gives the same SHA-256 and HMAC in a browser as in Node', () => {
    const text = utf8('the same bytes');
    expect(sha256(text)).toEqual(portable(text));
    const wide = hmac(sha512, secret, utf8('salt/3')).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    expect(saltFor(secret, '3')).toBe(wide % FIELD);
  });
});

describe('blinding', () => {
  it('hides equal contents of two steps and of two runs from one another', () => {
    const other = new Uint8Array(32).fill(8);
    const commitments = [
      commitContent(secret, 'step_a', 'output', { json: 'yes' }),
      commitContent(secret, 'step_b', 'output', { json: 'yes' }),
      commitContent(secret, 'step_a', 'input', { json: 'yes' }),
      commitContent(other, 'step_a', 'output', { json: 'yes' }),
    ];
    expect(new Set(commitments).size).toBe(4);
  });

  it('opens with the salt and the content alone', () => {
    const content = { bytes: utf8('a large file') };
    const commitment = commitContent(secret, 'step_a', 'output', content);
    expect(blind(contentToField('result', content), saltFor(secret, 'output/step_a')).toString()).toBe(
      commitment,
    );
  });

  it('refuses a secret of another length', () => {
    expect(() => saltFor(new Uint8Array(16), 'plan')).toThrow(RangeError);
  });
});

describe('elements of the field', () => {
  it.each([
    ['01'],
    ['-1'],
    ['0x1'],
    ['1.0'],
    [' 1'],
    ['1e3'],
    [''],
    [FIELD.toString()],
    [(FIELD + 1n).toString()],
  ])('refuses %p, which a hash library would take for another number', (text) => {
    expect(() => parseField(text)).toThrow(Refusal);
  });

  it.each([['0'], ['1'], [(FIELD - 1n).toString()]])('takes %p', (text) => {
    expect(parseField(text).toString()).toBe(text);
  });

  it('refuses to hash an element that would be reduced', () => {
    expect(() => poseidon([FIELD + 1n])).toThrow(RangeError);
    expect(() => poseidon([-1n])).toThrow(RangeError);
  });

  it('refuses to pack a number wider than its place', () => {
    expect(packWords([1n, 2n], 2)).toEqual([9n]);
    expect(() => packWords([4n], 2)).toThrow(RangeError);
  });

  it('hashes a tree of seventeen as a group of sixteen and a group of one', () => {
    const elements = Array.from({ length: 17 }, (_, i) => BigInt(i + 1));
    expect(treeRoot(elements)).toBe(poseidon([poseidon(elements.slice(0, 16)), poseidon([17n])]));
  });

  it('hashes many trees at once as each alone, whatever their heights', () => {
    const sizes = [1, 2, 16, 17, 1, 257, 32, 40];
    const trees = sizes.map((size) => Array.from({ length: size }, (_, i) => BigInt(size + (i % 5))));
    const empty = [new Array<bigint>(16).fill(0n), new Array<bigint>(33).fill(0n)];
    expect(treeRootEach([...trees, ...empty])).toEqual([...trees, ...empty].map(treeRoot));
    expect(treeRootEach([])).toEqual([]);
  });

  it('refuses a tree without elements, alone and among others', () => {
    expect(() => treeRoot([])).toThrow(RangeError);
    expect(() => treeRootEach([[1n], []])).toThrow(RangeError);
  });
});

const step = (stepId: string, dependencies: string[] = [], more: Partial<PlannedStep> = {}): PlannedStep => ({
  stepId,
  kind: 'service_call',
  action: 'trend',
  serviceId: 'svc_1',
  recipient: 'Recipient1',
  network: 'solana:test',
  asset: 'Mint1',
  ceiling: 500n,
  dependencies,
  skippable: false,
  ...more,
});
const plan: Plan = {
  steps: [step('a'), step('b', ['a']), step('c', ['a', 'b'])],
  maxCost: 1_000n,
  salt: saltFor(secret, 'plan').toString(),
};

describe('the commitment to a plan', () => {
  const change = (index: number, more: Partial<PlannedStep>): Plan => ({
    ...plan,
    steps: plan.steps.map((each, i) => (i === index ? { ...each, ...more } : each)),
  });
  it.each<[string, Plan]>([
    ['an id', change(1, { action: 'chart' })],
    ['a kind', change(1, { kind: 'conditional' })],
    ['a service', change(1, { serviceId: 'svc_2' })],
    ['a recipient', change(1, { recipient: 'Mallory' })],
    ['a ceiling', change(1, { ceiling: 501n })],
    ['a dependency', change(2, { dependencies: ['b'] })],
    ['a permission to skip', change(1, { skippable: true })],
    ['the budget', { ...plan, maxCost: 1_001n }],
    ['the token', change(1, { asset: 'Other' })],
    ['the network', change(1, { network: 'solana:other' })],
    ['the salt', { ...plan, salt: '1' }],
    ['the number of steps', { ...plan, steps: plan.steps.slice(0, 2) }],
  ])('changes with %s', (_, changed) => {
    expect(planCommitment(changed)).not.toBe(planCommitment(plan));
  });

  it.each<[string, Plan]>([
    ['a step before its dependency', { ...plan, steps: [step('b', ['a']), step('a')] }],
    ['a step that depends on itself', { ...plan, steps: [step('a', ['a'])] }],
    ['two steps of one name', { ...plan, steps: [step('a'), step('a')] }],
    ['a ceiling beyond 36 bits', change(0, { ceiling: 1n << 36n })],
    ['a negative ceiling', change(0, { ceiling: -1n })],
    ['a budget beyond 52 bits', { ...plan, maxCost: 1n << 52n }],
    ['no steps', { ...plan, steps: [] }],
    ['513 steps', { ...plan, steps: Array.from({ length: 513 }, (_, i) => step(`s${i}`)) }],
  ])('is refused for %s', (_, bad) => {
    expect(() => planCommitment(bad)).toThrow(Refusal);
  });

  it('covers the largest plan the product allows', () => {
    const many = Array.from({ length: 500 }, (_, i) => step(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
    expect(planCommitment({ ...plan, steps: many })).toMatch(/^[0-9]+$/);
  });
});

const record: StepRecord = {
  outcome: 'completed',
  cost: 400n,
  attempt: 1,
  seq: 0,
  inputCommitment: '11',
  outputCommitment: '12',
  evidence: { payment: 'sig' },
  detailSalt: '13',
};

describe('the root of the results', () => {
  const binding = { workflowHash: 1n, executionId: 2n, stepCount: 1n };
  const rootOf = (more: Partial<StepRecord> = {}, bound = binding) =>
    commitResultWords(resultWords([{ ...record, ...more }]), bound);

  it.each<[string, Partial<StepRecord>]>([
    ['the outcome', { outcome: 'skipped' }],
    ['the cost', { cost: 401n }],
    ['the attempt', { attempt: 2 }],
    ['the sequence', { seq: 1 }],
    ['the input', { inputCommitment: '12' }],
    ['the output', { outputCommitment: '11' }],
    ['the evidence', { evidence: { payment: 'other' } }],
    ['the salt', { detailSalt: '14' }],
  ])('changes with %s', (_, more) => {
    expect(rootOf(more)).not.toBe(rootOf());
  });

  it('belongs to one plan, one run and one number of steps', () => {
    const roots = [
      rootOf(),
      rootOf({}, { ...binding, workflowHash: 9n }),
      rootOf({}, { ...binding, executionId: 9n }),
      rootOf({}, { ...binding, stepCount: 9n }),
    ];
    expect(new Set(roots).size).toBe(4);
  });

  it('refuses figures that would spill into their neighbours', () => {
    expect(() => rootOf({ cost: 1n << 36n })).toThrow(RangeError);
    expect(() => rootOf({ attempt: 256 })).toThrow(RangeError);
    expect(() => rootOf({ seq: 1024 })).toThrow(RangeError);
    expect(() => rootOf({ cost: -1n })).toThrow(RangeError);
  });

  it('commits to the final result under its own salt', () => {
    expect(finalResultHash('12', '1')).not.toBe(finalResultHash('12', '2'));
  });
});

it('keeps a step under a millisecond: two commitments of small contents', () => {
  const commit = (i: number) => {
    commitContent(secret, 'step_a', 'input', { json: { rows: i, text: 'hello' } });
    commitContent(secret, 'step_a', 'output', { json: { rows: i, text: 'hello' } });
  };
  for (let i = 0; i < 50; i++) commit(i);
  const started = process.cpuUsage();
  for (let i = 50; i < 100; i++) commit(i);
  const used = process.cpuUsage(started);
  const ms = (used.user + used.system) / 50_000;
  console.info(`commitments of one step: ${ms.toFixed(2)} ms of CPU`);
  expect(ms).toBeLessThan(1);
});
