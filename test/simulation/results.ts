import type { WorkflowEvent } from '../../src/events/workflow.js';
import { paymentIdOf } from '../../src/kernel/ids.js';
import type { KeptOutput, PaidOutput } from './content-rules.js';
import type { DeedTally } from './deeds.js';
import type { RunRules } from './run-rules.js';

/** What steps gave, to be opened when all is over, and how they came by it. */
export class Results {
  readonly kept: KeptOutput[] = [];
  readonly paid: PaidOutput[] = [];

  constructor(
    private readonly isPaid: (paymentId: string) => boolean,
    private readonly deeds: DeedTally,
  ) {}

  /** @param run as it is with the event */
  remember(workflowId: string, run: RunRules, event: WorkflowEvent): void {
    const { runNo } = run;
    switch (event.type) {
      case 'StepKept': {
        const { stepId, output } = event;
        const { by, output: given } = run.gaveOf(stepId)!;
        this.kept.push({
          stepId,
          here: { workflowId, runNo, output },
          there: { ...by, output: given },
        });
        if (this.isPaid(paymentIdOf(by.workflowId, by.runNo, stepId)))
          this.deeds.count('what was paid kept by a fork');
        return;
      }
      case 'StepCompleted': {
        const { stepId, output, payment } = event;
        const services = run.servicesOf(stepId);
        const serviceId = services.at(-1)?.id;
        if (!payment || serviceId === undefined) return;
        this.paid.push({ stepId, workflowId, runNo, output, serviceId });
        if (services.length > 1) this.deeds.count('done by another service');
        return;
      }
      case 'StepReassigned': {
        this.deeds.count('service given up for another');
        if (event.code === 'BREAKER_OPEN') this.deeds.count('left alone by its breaker');
        const { maxCost } = run.planned(event.stepId)!;
        if (BigInt(run.servicesOf(event.stepId).at(-1)!.price) > BigInt(maxCost))
          this.deeds.count('dearer service offered');
        return;
      }
    }
  }
}
