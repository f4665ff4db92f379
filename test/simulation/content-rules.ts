import { type ContentStore, places } from '../../src/content/content-store.js';
import type { OriginRun } from '../../src/events/fork.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import type { Content } from '../../src/kernel/sealed.js';
import { must } from './violation.js';

interface Output extends OriginRun {
  readonly output: Content;
}

/** The same result in two runs: sealed for each, and the same in clear. */
export interface KeptOutput {
  readonly stepId: string;
  readonly here: Output;
  readonly there: Output;
}

/** What a service gave that was paid for it. */
export interface PaidOutput extends Output {
  readonly stepId: string;
  /** whom its step was bound to */
  readonly serviceId: string;
}

/** I13 and I4: what stands sealed, opened once all is over. */
export class ContentRules {
  constructor(private readonly content: ContentStore) {}

  async areTheSame({ stepId, here, there }: KeptOutput): Promise<void> {
    const [now, then] = await Promise.all([here, there].map((output) => this.read(stepId, output)));
    const same = canonicalJson(now!) === canonicalJson(then!);
    must(same, 'I13', () => `${here.workflowId} keeps another result of ${stepId} than there was`);
  }

  /** A service says in its answer who did it, see paid-services.ts. */
  async wasDoneBy(paid: PaidOutput): Promise<void> {
    const { stepId, workflowId, serviceId } = paid;
    const { did = serviceId } = (await this.read(stepId, paid)) as { readonly did?: string };
    must(did === serviceId, 'I4', () => `${stepId} of ${workflowId}: ${serviceId} was paid, ${did} did it`);
  }

  private read = (stepId: string, { workflowId, runNo, output }: Output) =>
    this.content.getJson(output, places.output(workflowId, runNo, stepId));
}
