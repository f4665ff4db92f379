import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { blind, bytesToField, jsonToField } from '../../src/kernel/commitments/content.js';
import { poseidon } from '../../src/kernel/commitments/poseidon.js';
import { executionIdField } from '../../src/kernel/commitments/results-root.js';
import { saltFor } from '../../src/kernel/commitments/salts.js';
import { utf8 } from '../../src/kernel/commitments/sha2.js';
import { treeRoot } from '../../src/kernel/commitments/tree-root.js';

const vectors = JSON.parse(readFileSync(new URL('../golden/receipts/vectors.json', import.meta.url), 'utf8'));

/** Others implement the format from these: they may be added to, never changed. */
describe('the published vectors', () => {
  it.each(vectors.poseidon as { inputs: string[]; hash: string }[])('of Poseidon: %j', ({ inputs, hash }) => {
    expect(poseidon(inputs.map(BigInt)).toString()).toBe(hash);
  });

  it.each(vectors.tree as { elements: number; root: string }[])('of trees: %j', ({ elements, root }) => {
    expect(treeRoot(Array.from({ length: elements }, (_, i) => BigInt(i + 1))).toString()).toBe(root);
  });

  it.each(vectors.json as { domain: 'result'; value: unknown; hash: string }[])(
    'of JSON values: %j',
    ({ domain, value, hash }) => {
      expect(jsonToField(domain, value).toString()).toBe(hash);
    },
  );

  it.each(vectors.bytes as { utf8: string; hash: string }[])('of files: %j', ({ utf8: text, hash }) => {
    expect(bytesToField('result', utf8(text)).toString()).toBe(hash);
  });

  it.each(vectors.salts as { secret: string; label: string; salt: string }[])(
    'of salts: %j',
    ({ secret, label, salt }) => {
      expect(saltFor(Buffer.from(secret, 'hex'), label).toString()).toBe(salt);
    },
  );

  it('of blinding and of execution ids', () => {
    const [blinded] = vectors.blind;
    const [execution] = vectors.executionId;
    expect(blind(BigInt(blinded.hash), BigInt(blinded.salt)).toString()).toBe(blinded.commitment);
    expect(executionIdField(execution.workflowId, execution.runNo).toString()).toBe(execution.element);
  });
});
