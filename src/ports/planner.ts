import type { PlanStep } from '../events/plan.js';
import type { Micros } from '../kernel/money.js';
import type { ServiceOffer } from './catalogue.js';

/** What a planner is given. Texts of services are untrusted: they describe, they never instruct. */
export interface PlanningRequest {
  readonly text: string;
  /** files of the caller; `sample` is a short beginning of the content */
  readonly attachments: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly size: number;
    readonly sample: string;
  }[];
  readonly offers: readonly ServiceOffer[];
  readonly maxSteps: number;
}

/** A step as a planner drafts it: what is wanted, not yet who does it. */
export interface DraftStep {
  /** unique within the draft; replaced by an id of ours */
  readonly key: string;
  readonly kind: 'service_call' | 'data_transform' | 'conditional' | 'wait' | 'signal' | 'workflow';
  readonly title: string;
  /** capability wanted, for a service_call */
  readonly capability?: string;
  /** a particular service, if only that one will do */
  readonly serviceId?: string;
  /** ms a `wait` lasts, where the plan says so in figures */
  readonly waits?: number;
  /** what a `signal` waits for */
  readonly signal?: NonNullable<PlanStep['signal']>;
  /** what a `workflow` may cost in micro-USDC, and how many ms its step waits for it */
  readonly child?: { readonly maxCost: Micros; readonly forMs?: number };
  readonly dependsOn: readonly string[];
  /** JSONata over {inputs, steps, request}; `steps.<key>` is the output of a dependency */
  readonly input: string;
  readonly when?: { readonly step: string; readonly branch: 'then' | 'else' };
  readonly onFailure?: 'abort' | 'skip_dependants' | 'fallback';
  readonly sideEffect?: 'none' | 'reversible' | 'irreversible';
  /** a person is asked before it runs, where nobody looked at the plan; so is what cannot be undone */
  readonly requiresConfirmation?: boolean;
  /** what undoes the step once it has completed: a call of a service, or an expression */
  readonly compensation?: DraftCompensation;
}

export interface DraftCompensation {
  /** without either, a service_call is undone by the service it called, and any other step by an expression alone */
  readonly capability?: string;
  readonly serviceId?: string;
  /** as the input of the step; it may read the step's own output too */
  readonly input: string;
}

export interface PlanDraft {
  readonly intent: {
    readonly classification: string;
    readonly capabilities: readonly string[];
    readonly confidence: number;
    readonly method: 'rule' | 'llm' | 'given';
  };
  readonly steps: readonly DraftStep[];
  /** key of the step whose output is the result, and what a reader should call it */
  readonly result: { readonly step: string; readonly mediaType: string };
  readonly model?: string;
  readonly promptHash?: string;
}

export interface Planner {
  readonly name: string;
  /** @throws Refusal PLANNER_ERROR (retryable or terminal) or NO_SERVICE when no composition leads to the result */
  plan(request: PlanningRequest, signal: AbortSignal): Promise<PlanDraft>;
}

/** What a drafter outside is held to: the shape of a draft, and the checks it must pass before it leaves the adapter. */
export interface DraftContract {
  /** JSON schema of a draft */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** @throws Refusal that says what is wrong, in words the drafter can act on */
  read(value: unknown, request: PlanningRequest): Omit<PlanDraft, 'model' | 'promptHash'>;
}
