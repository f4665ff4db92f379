import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import {
  broken,
  cancel,
  complete,
  diamond,
  fail,
  history,
  OWNER,
  settle,
  toExecution,
} from '../../../test/kit/runs.js';
import { sampleSealed } from '../../events/samples.js';
import type { WorkflowCommand } from './commands.js';
import { workflowDecider as decider } from './decide.js';

const completed = [
  ...toExecution(diamond),
  ...['step_1', 'step_2', 'step_3', 'step_4'].map((id) => complete(id)),
];
const rate = (stars: number, more: object = {}): WorkflowCommand => ({
  type: 'RateWorkflow',
  by: OWNER,
  stars,
  ...more,
});

describe('rating', () => {
  it.each([1, 5])('T39 takes %d stars of the owner, settled or not', (stars) => {
    for (const commands of [completed, [...completed, settle()]])
      given(decider, history(...commands))
        .when(rate(stars))
        .then([{ type: 'WorkflowRated', v: 1, runNo: 1, stars }]);
  });

  it('T39 takes a comment, sealed, and a second thought', () => {
    const comment = sampleSealed;
    given(decider, history(...completed, rate(4)))
      .when(rate(4, { comment }))
      .then([{ type: 'WorkflowRated', v: 1, runNo: 1, stars: 4, comment }]);
    expect(
      history(...completed, rate(4), rate(2), settle()).reduce(decider.evolve, decider.initial),
    ).toMatchObject({
      rating: { stars: 2 },
      settled: true,
    });
  });

  it('T39 is for the owner', () =>
    given(decider, history(...completed))
      .when(rate(1, { by: 'user_02' }))
      .refuses('FORBIDDEN'));

  it.each<[string, readonly string[], readonly WorkflowCommand[]]>([
    ['executing', ['pause', 'cancel'], toExecution(diamond)],
    ['failed', ['retry'], [...toExecution(diamond), fail('step_1', { error: broken })]],
    ['cancelled', [], [...toExecution(diamond), cancel()]],
  ])('T39 is refused of a workflow that is %s', (status, allowed, commands) =>
    given(decider, history(...commands))
      .when(rate(5))
      .refuses('WRONG_STATE', { status, asked: 'rating', allowed }),
  );
});
