import { describe, expect, it } from '@jest/globals';
import { renameSteps, stepReferences } from './expression-references.js';

const stepsOf = (text: string) => stepReferences(text).map(({ step }) => step);
const rename = (text: string) => renameSteps(text, (step) => `step_${step.length}`);

describe('The steps an expression reads', () => {
  it.each([
    ['{"t": steps.read.rows, "u": $$.steps.chart}', ['read', 'chart']],
    ['steps.`read`[0] & steps."chart".svg & $.steps.trend', ['read', 'chart', 'trend']],
    ['steps.a.rows[x = $$.steps.b.limit]', ['a', 'b']],
    ['$map(steps.a.rows, function($r) { $r.steps.b })', ['a']],
    ['inputs[steps.count > 3].content', []],
    ['inputs.{"k": steps.none}', []],
    ['steps.a.rows{steps.kind: $sum(steps.n)}', ['a']],
    ['$count(steps.a.findings) > 0 ? steps.b : steps.c', ['a', 'b', 'c']],
    ['"steps.text"', []],
  ])('of %s', (text, expected) => expect(stepsOf(text)).toEqual(expected));
});

describe('Renaming the steps of an expression', () => {
  it('changes the names of steps and nothing else', () => {
    const text = '{"steps.abc": steps.abc.steps.abc, "z": steps . `wxyz` /* steps.abc */, "s": "steps.abc"}';
    expect(rename(text)).toBe(
      '{"steps.abc": steps.step_3.steps.abc, "z": steps . step_4 /* steps.abc */, "s": "steps.abc"}',
    );
  });

  it('gives an expression that reads exactly the renamed steps', () => {
    const text = "steps.ab.x[0] & steps.'cde'.y & steps.ab.z";
    expect(stepsOf(rename(text))).toEqual(['step_2', 'step_3', 'step_2']);
  });
});
