import type { ServiceOffer } from '../../ports/catalogue.js';
import type { DraftStep } from '../../ports/planner.js';

/** A step already drafted. */
export interface Made {
  readonly key: string;
  readonly type: string;
  readonly offer: ServiceOffer | undefined;
}

/** Steps drafted under one branch of a condition, seen together with what is drafted in any case. */
export interface Scope {
  readonly when?: { readonly step: string; readonly branch: 'then' | 'else' };
  readonly parent?: Scope;
  /** by `<type or capability>|<what it is about>` */
  readonly made: Map<string, Made>;
}

export const findMade = (scope: Scope | undefined, name: string): Made | undefined =>
  scope && (scope.made.get(name) ?? findMade(scope.parent, name));

/** Where the drafted steps collect; gives each a key and its branch. */
export class Bench {
  readonly #steps: DraftStep[] = [];

  get steps(): readonly DraftStep[] {
    return this.#steps;
  }

  #keyFor(name: string): string {
    const base = `s_${name.replace(/[^A-Za-z0-9]+/g, '_')}`.replace(/^s_(?=[A-Za-z])/, '').slice(0, 30);
    const taken = new Set(this.#steps.map(({ key }) => key));
    for (let n = 1; ; n += 1) {
      const key = n === 1 ? base : `${base}_${n}`;
      if (!taken.has(key)) return key;
    }
  }

  add(name: string, { when }: Scope, step: Omit<DraftStep, 'key' | 'when'>): string {
    const key = this.#keyFor(name);
    const dependsOn = [...new Set([...step.dependsOn, ...(when ? [when.step] : [])])];
    this.#steps.push({ ...step, key, dependsOn, ...(when ? { when } : {}) });
    return key;
  }
}
