import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import { RunRules } from './run-rules.js';
import { must } from './violation.js';

/** What belongs to a run that is over, or to the whole workflow. */
const AFTERWARDS = new Set([
  'WorkflowSettled',
  'MandateShareSettled',
  'StaleStepResultRecorded',
  'WorkflowRated',
]);

/** The runs of one workflow, one after another, each judged by itself. */
export class WorkflowRules {
  private readonly runs: RunRules[];
  userId: string | undefined;

  constructor(readonly workflowId: string) {
    this.runs = [new RunRules(workflowId, 1)];
  }

  get last(): RunRules {
    return this.runs.at(-1)!;
  }

  get all(): readonly RunRules[] {
    return this.runs;
  }

  run(runNo: number): RunRules {
    const found = this.runs[runNo - 1];
    must(found !== undefined, 'I4', () => `run ${runNo} of ${this.workflowId} was never asked for`);
    return found;
  }

  apply(event: WorkflowEvent): void {
    if (event.type === 'WorkflowCreated') this.userId = event.userId;
    // I9: a closed run stays closed
    if (this.last.closed && event.type !== 'RetryRequested' && event.type !== 'RollbackRequested')
      must(AFTERWARDS.has(event.type), 'I9', () => `${event.type} in a run that is closed`);
    if (event.type === 'WorkflowRated')
      must(this.last.outcome === 'completed', 'I9', () => `a run was rated that ${this.last.outcome}`);
    if (event.type === 'RetryRequested') this.again(event);
    else if (event.type === 'RollbackRequested') this.rollBack(event);
    else if (event.type === 'WorkflowSettled') this.run(event.runNo).apply(event);
    else if (event.type !== 'StaleStepResultRecorded') this.last.apply(event);
  }

  /** T36 to T38 */
  private again({ runNo, mode, kept, signals }: WorkflowEventOf<'RetryRequested'>): void {
    const { last } = this;
    const over = last.closed && (last.outcome === 'failed' || last.outcome === 'expired');
    must(over, 'I9', () => `a run was retried that is ${last.outcome ?? 'open'}`);
    must(last.settled !== undefined, 'I9', () => 'a run was retried before it was settled');
    must(runNo === this.runs.length + 1, 'I9', () => `run ${runNo} followed run ${this.runs.length}`);
    must(mode === 'resume' || kept.length === 0, 'I9', () => 'a run that is planned anew kept something');
    const next = new RunRules(this.workflowId, runNo);
    if (mode === 'resume') next.resume(last, kept, signals);
    this.runs.push(next);
  }

  /** A run that completed is undone once, in a run of its own. */
  private rollBack(event: WorkflowEventOf<'RollbackRequested'>): void {
    const { last } = this;
    const over = last.closed && last.outcome === 'completed' && last.settled !== undefined;
    must(over, 'I9', () => `a run is undone that is ${last.outcome ?? 'open'}`);
    must(event.undoes === last.runNo, 'I9', () => `run ${event.undoes} is undone after run ${last.runNo}`);
    must(event.runNo === last.runNo + 1, 'I9', () => `run ${event.runNo} followed run ${last.runNo}`);
    const next = new RunRules(this.workflowId, event.runNo);
    next.rollBack(last, event);
    this.runs.push(next);
  }
}
