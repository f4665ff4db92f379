import type { MandateEvent, MandateEventOf } from '../../src/events/mandate.js';
import { must } from './violation.js';

interface Use {
  readonly workflowId: string;
  readonly runNo: number;
  readonly amount: bigint;
  readonly planHash: string;
  spent?: bigint;
}

const useOf = (workflowId: string, runNo: number): string => `${workflowId} run ${runNo}`;

/** What a wallet approved in advance, as the history of the mandate tells it (I3). */
export class MandateRules {
  private granted: MandateEventOf<'MandateGranted'> | undefined;
  private isOver = false;
  private readonly uses = new Map<string, Use>();

  constructor(private readonly mandateId: string) {}

  apply(event: MandateEvent): void {
    switch (event.type) {
      case 'MandateGranted':
        must(this.granted === undefined, 'I3', () => `${this.mandateId} was granted twice`);
        this.granted = event;
        return;
      case 'MandateConsumed': {
        const { workflowId, runNo, amount, planHash, consumedAt } = event;
        const use = useOf(workflowId, runNo);
        const { expiresAt, maxPerTransaction } = this.granted!;
        must(
          !this.isOver && consumedAt < expiresAt,
          'I3',
          () => `${this.mandateId} was used when it was over`,
        );
        must(!this.uses.has(use), 'I3', () => `${use} used ${this.mandateId} twice`);
        must(BigInt(amount) <= BigInt(maxPerTransaction), 'I3', () => `${use} used ${amount} of a mandate`);
        this.uses.set(use, { workflowId, runNo, amount: BigInt(amount), planHash });
        break;
      }
      case 'MandateUseReleased': {
        const { workflowId, runNo, spent, released } = event;
        const use = this.uses.get(useOf(workflowId, runNo));
        must(use?.spent === undefined, 'I3', () => `${workflowId} gave back twice what it used`);
        must(
          BigInt(spent) + BigInt(released) === use!.amount,
          'I3',
          () => `${workflowId} gave back another sum`,
        );
        use!.spent = BigInt(spent);
        return;
      }
      case 'MandateRevoked':
      case 'MandateExpired':
        this.isOver = true;
    }
    let used = 0n;
    for (const { amount, spent = amount } of this.uses.values()) used += spent;
    must(used <= BigInt(this.granted!.maxTotal), 'I3', () => `${used} is used of ${this.mandateId}`);
  }

  /** A plan was approved under it. */
  approved(workflowId: string, runNo: number, planHash: string, budget: bigint): void {
    const use = this.uses.get(useOf(workflowId, runNo));
    must(use !== undefined, 'I3', () => `${workflowId} was approved under a mandate that it does not use`);
    must(
      use.planHash === planHash,
      'I4',
      () => `${workflowId} was approved with another plan than the mandate`,
    );
    must(
      use.amount === budget,
      'I3',
      () => `${workflowId} was approved for ${budget} and uses ${use.amount}`,
    );
  }

  mayPay(payTo: string): boolean {
    return this.granted?.allowedRecipients?.includes(payTo) ?? true;
  }

  /** uses that have not been given back */
  get open(): readonly string[] {
    return [...this.uses].flatMap(([use, { spent }]) => (spent === undefined ? [use] : []));
  }

  /**
   * @param paidOf what a run has paid
   * @param isUnder whether it was approved under this mandate
   */
  concludes(
    paidOf: (workflowId: string, runNo: number) => bigint,
    isUnder: (workflowId: string, runNo: number) => boolean,
  ): void {
    for (const [name, { workflowId, runNo, amount, spent }] of this.uses) {
      must(spent !== undefined, 'I14', () => `${name} never gives back what it did not spend of its mandate`);
      if (!isUnder(workflowId, runNo)) {
        must(spent === 0n, 'I3', () => `${name} was not approved under it, and ${spent} counts`);
        continue;
      }
      const paid = paidOf(workflowId, runNo);
      must(
        spent >= paid || spent === amount,
        'I3',
        () => `${name} paid ${paid}, and ${spent} counts of its mandate`,
      );
    }
  }
}
