import { describe, expect, it } from '@jest/globals';
import { stories } from '../../test/golden/stories.js';
import { sampleIssuedAt, sampleIssuer } from '../../test/kit/sample-issuer.js';
import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEvent } from '../events/workflow.js';
import { fold } from '../kernel/decider.js';
import { closedRunOf } from './closed-run-of.js';
import { issueReceipt } from './issue-receipt.js';

const runOf = (name: keyof typeof stories) => {
  const state = fold(workflow.decider, stories[name]!.events() as readonly WorkflowEvent[]);
  if (state.status !== 'closed') throw new Error(`${name} is ${state.status}`);
  return closedRunOf(state, new Uint8Array(32).fill(1));
};

describe('the receipt of a run that was rolled back', () => {
  it('names the steps that were undone', () =>
    expect(runOf('workflow-undone').rollback).toEqual({
      outcome: 'completed',
      undone: ['step_1', 'step_2'],
      notUndone: [],
    }));

  it('names those that nobody could undo, and that somebody has seen to them', () =>
    expect(runOf('workflow-undone-by-hand').rollback).toEqual({
      outcome: 'resolved',
      undone: ['step_1'],
      notUndone: ['step_2'],
    }));

  it('says it in the signed statement, and has no proof', () => {
    // the sample plan's own commitment is a sample
    const run = { ...runOf('workflow-undone'), workflowHash: null };
    const { receipt, proving } = issueReceipt(run, sampleIssuer, sampleIssuedAt);
    expect(receipt.statement).toMatchObject({
      outcome: 'failed',
      rollback: { undone: ['step_1', 'step_2'] },
      unprovable: 'The run failed; only a completed run has a proof.',
    });
    expect(proving).toBeNull();
  });

  it('says nothing of it where nothing was rolled back', () =>
    expect(runOf('workflow-one-branch')).not.toHaveProperty('rollback'));
});
