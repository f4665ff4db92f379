import { beforeEach, expect, it } from '@jest/globals';
import {
  approve,
  complete,
  create,
  later,
  local,
  OWNER,
  planOf,
  propose,
  startExecution,
  T0,
} from '../../test/kit/runs.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { CommandHandler } from '../runtime/command-handler.js';
import type { IsDone } from '../runtime/reactor.js';
import { type Reaction, send, type Unstamped } from '../sagas/reaction.js';
import { alreadyDone } from './already-done.js';

const clock = { now: () => Date.parse(T0) };
const runStep = (stepId: string, attempt = 1): Reaction => ({
  do: 'run-step',
  step: { workflowId: 'wf_01', runNo: 1, stepId, attempt },
});
const command = (told: Unstamped<WorkflowCommand>, id = 'wf_01'): Reaction => ({
  do: 'command',
  send: send(workflow, id, told),
});
const plan = planOf(local('step_1'), local('step_2', ['step_1']));

let store: MemoryEventStore;
let handler: CommandHandler;
let isDone: IsDone;
let revision: number;

const tell = async (by: CommandHandler, ...commands: WorkflowCommand[]) => {
  for (const each of commands) {
    const context = { commandId: `${each.type} ${revision}`, correlationId: 'wf_01' } as const;
    const said = await by.send(workflow, 'wf_01', each, {
      ...context,
      actor: { type: 'system', id: 'test' },
    });
    revision = said.revision;
  }
};
const at = (which: number) => ({ stream: 'workflow-wf_01', revision: which });

beforeEach(async () => {
  store = new MemoryEventStore();
  handler = new CommandHandler(store, clock);
  isDone = alreadyDone(handler, [workflow], clock);
  revision = -1;
  await tell(handler, create(), propose(plan), approve(plan), startExecution());
});

it('a step in flight is not done, and done once its attempt has ended', async () => {
  expect(isDone(runStep('step_1'), at(revision))).toBe(false);
  await tell(handler, complete('step_1'));
  expect(isDone(runStep('step_1'), at(revision))).toBe(true);
  expect(isDone(runStep('step_2'), at(revision))).toBe(false);
  expect(isDone(runStep('step_2', 2), at(revision))).toBe(true);
});

it('nothing is done by a memory that is older than the event, or empty', async () => {
  const before = revision;
  const other = new CommandHandler(store, clock);
  await tell(other, complete('step_1'));
  expect(isDone(runStep('step_1', 2), at(before))).toBe(true);
  expect(isDone(runStep('step_1', 2), at(revision))).toBe(false);
  const empty = alreadyDone(new CommandHandler(store, clock), [workflow], clock);
  expect(empty(runStep('step_1', 2), at(0))).toBe(false);
});

it('a command is done that would change nothing, and one that would change something or be refused is not', async () => {
  const expire = command({ type: 'ExpireApproval', requestId: 'apr_1' });
  expect(isDone(expire, at(revision))).toBe(true);
  expect(isDone(expire, at(revision + 1))).toBe(false);
  expect(isDone(command({ type: 'CancelWorkflow', by: OWNER }), at(revision))).toBe(false);
  const refused = approve(plan, { requestId: 'apr_9' });
  await expect(tell(handler, refused)).rejects.toThrow();
  expect(isDone(command(refused), at(revision))).toBe(false);
});

it('a timer is done whose run is over, and one that is not due yet in a run that goes on is not', async () => {
  const deadline = (runNo = 1): Reaction => ({
    do: 'timer',
    id: 'wf_01/1/deadline',
    dueAt: later(900),
    action: { do: 'command', send: send(workflow, 'wf_01', { type: 'TimeOutWorkflow', runNo }) },
  });
  const expiry: Reaction = {
    do: 'timer',
    id: 'wf_01/apr_1',
    dueAt: later(1),
    action: { do: 'command', send: send(workflow, 'wf_01', { type: 'ExpireApproval', requestId: 'apr_1' }) },
  };
  expect([isDone(deadline(), at(revision)), isDone(expiry, at(revision))]).toEqual([false, false]);
  const started = revision;
  await tell(handler, complete('step_1'), complete('step_2'));
  expect(handler.known(workflow, 'wf_01')?.state.status).toBe('closed');
  expect([isDone(deadline(), at(started)), isDone(expiry, at(0))]).toEqual([true, true]);
  expect(isDone(deadline(), at(revision + 1))).toBe(false);
  const job = { kind: 'receipt', id: 'j', priority: 'normal', correlationId: 'wf_01', payload: {} } as const;
  expect(isDone({ do: 'timer', id: 't', dueAt: later(1), action: { do: 'job', job } }, at(started))).toBe(
    false,
  );
});

it('of what is in another stream than the event, or is no command and no step, nothing is known', () => {
  const expire = { type: 'ExpireApproval', requestId: 'apr_1' } as const;
  expect(isDone(command(expire), { stream: 'receipt-rcp_01', revision: 0 })).toBe(false);
  expect(isDone(runStep('step_9'), { stream: 'receipt-rcp_01', revision: 0 })).toBe(false);
  expect(isDone(command(expire, 'wf_02'), at(revision))).toBe(false);
  expect(isDone({ do: 'cancel-timers', ids: ['t'] }, at(revision))).toBe(false);
});
