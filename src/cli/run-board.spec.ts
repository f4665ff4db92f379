import { describe, expect, it } from '@jest/globals';
import { type PlanStep, streamMessage } from './api/views.js';
import { type Board, emptyBoard, heard, withPlan } from './run-board.js';
import { boardLines, changeLines } from './show/board-lines.js';

const step = (id: string, name: string): PlanStep => ({
  id,
  kind: 'service_call',
  name,
  action: 'trend',
  title: `title of ${id}`,
  dependencies: [],
  estimatedCostMicro: '1000',
  estimatedTime: 1_000,
  service: { id: name, name, priceMicro: '1000' },
});

const AT = '2026-01-01T00:00:00.000Z';
const say = (type: string, data: object = {}, timestamp = AT) =>
  streamMessage.parse({ type, data, timestamp });

const started = [say('workflow.awaiting_approval'), say('workflow.approved'), say('workflow.executing')];
const boardAfter = (...messages: readonly ReturnType<typeof say>[]): Board =>
  messages.reduce(
    heard,
    withPlan(emptyBoard, [step('step_1', 'Table Reader'), step('step_2', 'Quick Trend')]),
  );

describe('the board of a run', () => {
  it('asks when a plan waits for approval, and closes with the outcome of the run', () => {
    expect(boardAfter(started[0]!).phase).toBe('asking');
    expect(boardAfter(...started, say('workflow.closed', { outcome: 'completed' }))).toMatchObject({
      phase: 'closed',
      outcome: 'completed',
    });
  });

  it('counts what was confirmed as paid, and nothing twice for a step that completes', () => {
    const board = boardAfter(
      ...started,
      say('step.started', { stepId: 'step_1', attempt: 1 }),
      say('payment.confirmed', { paymentId: 'pay_1', amountMicro: '4000' }),
      say('step.completed', { stepId: 'step_1', attempt: 1, timeMs: 270, costMicro: '4000' }),
    );
    expect(board.paid).toBe(4_000n);
    expect(board.steps[0]).toMatchObject({ state: 'completed', paid: 4_000n, tookMs: 270 });
    expect(board.steps[1]).toMatchObject({ state: 'waiting', paid: 0n });
  });

  it('keeps why a plan was never made, although the run is then closed too', () => {
    const failure = { code: 'NO_SERVICE', message: 'No service can do this.', stepId: null, terminal: true };
    const board = [say('workflow.failed', failure), say('workflow.closed', { outcome: 'failed' })].reduce(
      heard,
      emptyBoard,
    );
    expect(board).toMatchObject({ phase: 'refused', failure: { code: 'NO_SERVICE' } });
  });

  it('waits for the end of a started run although a step of it has failed', () => {
    const failed = [...started, say('workflow.failed', { code: 'SERVICE_ERROR', message: 'No.' })];
    expect(boardAfter(...failed).phase).toBe('executing');
    expect(boardAfter(...failed, say('workflow.closed', { outcome: 'failed' })).phase).toBe('closed');
  });

  it.each([
    ['an approval that came too late', say('workflow.approval_expired', { requestId: 'apr_1' })],
    ['a cancellation before the start', say('workflow.cancelled', { reason: 'by_owner' })],
  ])('is over with %s', (_, message) => expect(boardAfter(started[0]!, message).phase).toBe('refused'));

  it('lets messages it does not know and amounts that are none change nothing', () => {
    const before = boardAfter(...started);
    expect(heard(before, say('step.progress', { stepId: 'step_9' }))).toEqual(before);
    expect(heard(before, say('payment.confirmed', { amountMicro: '-5' })).paid).toBe(0n);
    expect(heard(before, say('something.new'))).toBe(before);
  });
});

describe('the board as lines', () => {
  it('has a line for each step and one for the whole', () => {
    const board = boardAfter(
      ...started,
      say('step.completed', { stepId: 'step_1', timeMs: 270, costMicro: '4000' }),
    );
    const lines = boardLines(board, Date.parse(AT) + 1_500);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/✓ Table Reader .*0\.004 +270 ms/);
    expect(lines[2]).toMatch(/1 of 2 steps .* 1\.5 s/);
  });

  it('says in plain output only what changed, with the attempt where it is not the first', () => {
    const before = boardAfter(...started);
    const after = heard(before, say('step.retrying', { stepId: 'step_2', attempt: 2, at: AT }));
    expect(changeLines(before, after)).toEqual(['   2 Quick Trend: retrying (attempt 2 soon)']);
    expect(changeLines(after, after)).toEqual([]);
  });

  it('takes from names whatever a terminal would obey', () => {
    const board = withPlan(emptyBoard, [step('step_1', '\u001b[2JTable\u0007 Reader')]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those must be gone
    expect(boardLines(board, 0)[0]).not.toMatch(/\u001b\[2J|\u0007/);
  });
});
