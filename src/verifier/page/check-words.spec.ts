import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkWords } from './check-words.js';

const VERIFIER = new URL('../', import.meta.url);
const NAMED = /\b(?:check|failed|noted|passed|recomputed)\(\s*'([a-z-]+)'|\bname: ['`]([a-z-]+)/g;
/** as they stand in the verifier's source */
const names = new Set(
  [...readdirSync(VERIFIER).filter((file) => /(?<!\.spec)\.ts$/.test(file)), 'page/judge.ts']
    .map((file) => readFileSync(new URL(file, VERIFIER), 'utf8'))
    .flatMap((source) => [...source.matchAll(NAMED)].map(([, called, named]) => called ?? named!)),
);

describe('the words of checks', () => {
  it('are those of every check there is', () => {
    expect([...names]).toEqual(expect.arrayContaining(['issuer', 'plan', 'proof', 'rollback', 'limits']));
    expect([...names].filter((name) => checkWords(name) === undefined)).toEqual([]);
  });

  it.each([...names])('ask a question of their own about %s', (name) => {
    const { title, asks } = checkWords(name)!;
    expect(title).toMatch(/^[A-Z]/);
    expect(asks).toMatch(/^[A-Z].* .*\?$/);
    const others = [...names].filter((other) => other !== name).map((other) => checkWords(other));
    expect(others).not.toContainEqual(expect.objectContaining({ asks }));
    expect(others).not.toContainEqual(expect.objectContaining({ title }));
  });

  it('say which part a proof is of, and which content of which step was given', () => {
    expect(checkWords('proof:2')?.title).toBe('Proof of part 2');
    expect(checkWords('content:step_1:input')).toEqual({
      title: 'Input of step_1',
      asks: 'Is the file you gave what this step was given?',
    });
    expect(checkWords('content:a:b:output')?.title).toBe('Output of a:b');
  });

  it('are none of what nobody has put in words, whatever it is called', () => {
    for (const name of ['proofs', 'constructor', '__proto__', '']) expect(checkWords(name)).toBeUndefined();
  });
});
