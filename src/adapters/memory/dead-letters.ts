import type { ErrorRecord } from '../../kernel/errors.js';
import type { DeadLetter, DeadLetterQuery, DeadLetters, Job } from '../../ports/jobs.js';

/** The same rules in one process, without durability. */
export class MemoryDeadLetters implements DeadLetters {
  private readonly letters = new Map<string, DeadLetter>();

  /** @param requeue gives a job back to the workers, to be buried under `id` should it die again */
  constructor(private readonly requeue: (job: Job, id: string) => void) {}

  get size(): number {
    return this.letters.size;
  }

  bury(id: string, job: Job, deliveries: number, { code }: ErrorRecord): void {
    const { kind, priority } = job;
    const diedAt = new Date().toISOString();
    this.letters.set(id, { id, kind, priority, job, code, deliveries, diedAt });
  }

  async list({ after = '', kind, correlationId, limit }: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    return [...this.letters.values()]
      .filter(
        (letter) =>
          letter.id > after &&
          (kind === undefined || letter.kind === kind) &&
          (correlationId === undefined || letter.job?.correlationId === correlationId),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    return this.letters.get(id);
  }

  async edit(id: string, payload: Job['payload']): Promise<DeadLetter | undefined> {
    const letter = this.letters.get(id);
    if (!letter?.job) return undefined;
    const edited = { ...letter, job: { ...letter.job, payload: structuredClone(payload) } };
    this.letters.set(id, edited);
    return edited;
  }

  async rerun(id: string): Promise<boolean> {
    const letter = this.letters.get(id);
    if (!letter?.job) return false;
    this.letters.delete(id);
    this.requeue(letter.job, id);
    return true;
  }

  async drop(id: string): Promise<boolean> {
    return this.letters.delete(id);
  }
}
