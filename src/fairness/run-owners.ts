import { LRUCache } from 'lru-cache';
import { workflow } from '../commands/workflow/decide.js';
import { growing } from '../kernel/growing.js';
import type { Dispatch } from '../runtime/dispatch.js';

/** Runs whose owner is remembered; the rest are looked up again. */
const REMEMBERED = 100_000;

/** Whose a run is. An owner never changes. */
export class RunOwners {
  private readonly known = new LRUCache<string, string>(growing(REMEMBERED));
  private readonly looking = new Map<string, Promise<string>>();

  constructor(private readonly runs: Pick<Dispatch, 'load'>) {}

  /** @returns the id itself for what is no run: users' own affairs carry the user's id */
  of(correlationId: string): string | Promise<string> {
    return this.known.get(correlationId) ?? this.looking.get(correlationId) ?? this.look(correlationId);
  }

  /** Many events of one run come at once when a process starts: its history is read once. */
  private look(id: string): Promise<string> {
    const looking = this.find(id).finally(() => this.looking.delete(id));
    this.looking.set(id, looking);
    return looking;
  }

  private async find(id: string): Promise<string> {
    // any state in memory knows the owner
    const { state } = await this.runs.load(workflow, id, 0);
    if (state.status === 'none') return id;
    this.known.set(id, state.created.userId);
    return state.created.userId;
  }
}
