import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import {
  approve,
  assemble,
  broken,
  complete,
  fail,
  notUndone,
  paid,
  planOf,
  propose,
  reversible,
  start,
  startExecution,
  undo,
  undone,
} from '../../../test/kit/runs.js';
import { places } from '../../kernel/places.js';

const REQUEST = 'Book the room and the flight, please.';
const shape = planOf(
  paid('step_1', [], reversible),
  paid('step_2', ['step_1']),
  assemble('step_3', ['step_2']),
);
const details = {
  step_1: { input: '{}', compensation: 'steps.step_1' },
  step_2: { input: '{}' },
  step_3: { input: '1' },
};

describe('the rollback of a run, as the API tells it', () => {
  let house: House;
  let alice: Client;
  let operator: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    operator = await house.user('user_operator', ['user', 'operator']);
  });
  afterAll(() => house.close());

  /** A run whose first step is done and whose second is under way. */
  const running = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { input: REQUEST });
    const id: string = body.workflow.id;
    const sealed = await house.content.sealJson(alice.userId, places.planDetails(id, 1), details);
    const plan = { ...shape, details: sealed };
    const mine = { approver: alice.userId };
    const output = await house.content.putJson(alice.userId, places.output(id, 1, 'step_1'), { id: 7 });
    for (const command of [propose(plan), approve(plan, mine), startExecution()])
      await house.tell(id, command);
    await house.tell(id, complete('step_1', { output }));
    await house.tell(id, start('step_2'));
    return id;
  };
  const failed = async (): Promise<string> => {
    const id = await running();
    await house.tell(id, fail('step_2', { error: broken }));
    return id;
  };
  const stuck = async (): Promise<string> => {
    const id = await failed();
    await house.tell(id, undo('step_1'));
    await house.tell(id, notUndone('step_1', 1, broken));
    return id;
  };
  const read = async (id: string) => (await alice.get(`/workflows/${id}`)).body.workflow;
  const step1 = async (id: string) => (await alice.get(`/workflows/${id}/steps`)).body.steps[0];
  const told = async (id: string): Promise<string[]> =>
    (await alice.get(`/workflows/${id}/events`)).body.events.map(({ type }: { type: string }) => type);

  it('A37 shows what undoing may cost, and by whom it is done', async () => {
    const { plan } = await read(await running());
    expect(plan).toMatchObject({ compensationReserve: 0.005, compensationReserveMicro: '5000' });
    expect(plan.steps[0]).toMatchObject({
      sideEffect: 'reversible',
      compensation: { maxCostMicro: '5000', input: 'steps.step_1', service: { id: 'svc_trend' } },
    });
  });

  it('T26, T29, T32 is rolling back, then failed with what became of it; the stream tells it in order', async () => {
    const id = await failed();
    expect(await read(id)).toMatchObject({ status: 'rolling_back', terminal: false });
    await house.tell(id, undo('step_1'));
    expect(await step1(id)).toMatchObject({ status: 'completed', compensation: { status: 'running' } });
    await house.tell(id, undone('step_1', 1, 5_000n));
    expect(await step1(id)).toMatchObject({ compensation: { status: 'completed', costMicro: '5000' } });
    expect(await read(id)).toMatchObject({
      status: 'failed',
      terminal: true,
      rollback: 'completed',
      needsOperator: false,
      spentMicro: '5000',
    });
    expect((await told(id)).slice(-6)).toEqual([
      'step.failed',
      'workflow.failed',
      'workflow.rolling_back',
      'step.compensated',
      'workflow.rolled_back',
      'workflow.closed',
    ]);
  });

  it('T20 a cancelled run rolls back, unless its owner wants what was done kept', async () => {
    const kept = await running();
    await house.tell(kept, complete('step_2'));
    const keep = await alice.post(`/workflows/${kept}/cancel`, { rollback: false });
    expect(keep).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    await house.caughtUp();
    expect(await read(kept)).toMatchObject({ status: 'cancelled', rollback: 'none' });
    const undoneOne = await running();
    await house.tell(undoneOne, fail('step_2'));
    const cancel = await alice.post(`/workflows/${undoneOne}/cancel`, {});
    expect(cancel).toMatchObject({ status: 202, body: { status: 'rolling_back' } });
    await house.tell(undoneOne, undone('step_1'));
    expect(await read(undoneOne)).toMatchObject({ status: 'cancelled', rollback: 'completed' });
    expect(await alice.post(`/workflows/${undoneOne}/cancel`, { rollback: 'no' })).toMatchObject({
      status: 400,
    });
  });

  it('T33 a rollback that failed needs an operator', async () => {
    const id = await stuck();
    expect(await read(id)).toMatchObject({ status: 'failed', terminal: true, needsOperator: true });
    expect(await step1(id)).toMatchObject({
      compensation: { status: 'failed', error: { code: 'SERVICE_REFUSED' } },
    });
    expect((await told(id)).at(-1)).toBe('workflow.rollback_failed');
  });

  it('T34 an operator has it tried again', async () => {
    const id = await stuck();
    const retried = await operator.post(`/workflows/${id}/compensation/retry`, {});
    expect(retried).toMatchObject({ status: 202, body: { status: 'rolling_back' } });
    await house.caughtUp();
    expect(await read(id)).toMatchObject({ status: 'rolling_back', needsOperator: false, terminal: false });
    await house.tell(id, undone('step_1', 2));
    expect(await read(id)).toMatchObject({ status: 'failed', rollback: 'completed' });
  });

  it('T35 an operator sees to it by hand, and says how', async () => {
    const id = await stuck();
    const path = `/workflows/${id}/compensation/resolve`;
    for (const body of [{}, { note: '   ' }, { note: 'x'.repeat(501) }, { note: 'ok', refund: 1 }])
      expect(await operator.post(path, body)).toMatchObject({ status: 400 });
    expect(await operator.post(path, { note: 'Refunded by hand.' })).toMatchObject({
      status: 200,
      body: { rollback: 'resolved' },
    });
    await house.caughtUp();
    expect(await read(id)).toMatchObject({ status: 'failed', rollback: 'resolved', needsOperator: false });
    expect((await told(id)).slice(-2)).toEqual(['workflow.rolled_back', 'workflow.closed']);
  });

  it.each(['retry', 'resolve'])(
    'T34, T35 %s is for operators, and for rollbacks that failed',
    async (what) => {
      const body = what === 'resolve' ? { note: 'By hand.' } : {};
      const id = await stuck();
      expect(await alice.post(`/workflows/${id}/compensation/${what}`, body)).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
      expect(await operator.post(`/workflows/wf_none/compensation/${what}`, body)).toMatchObject({
        status: 404,
      });
      const open = await running();
      expect(await operator.post(`/workflows/${open}/compensation/${what}`, body)).toMatchObject({
        status: 409,
        body: { code: 'WRONG_STATE', details: { status: 'executing' } },
      });
    },
  );
});
