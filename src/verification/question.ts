import type { Check, VerifyOptions } from '../verifier/index.js';

/** What a stranger asks a verifier, as the body came over the wire; the keys are not theirs to choose. */
export type Question =
  | { readonly about: 'receipt'; readonly body: Uint8Array; readonly hold: HoldTo }
  | { readonly about: 'receipts'; readonly body: Uint8Array; readonly hold: HoldTo; readonly part: Part }
  | { readonly about: 'proof'; readonly body: Uint8Array };

/** What the caller wants a receipt held to. */
export type HoldTo = Pick<VerifyOptions, 'level' | 'context'>;

/** One thread's share of a batch: of every `of` documents the one at `index`. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

export interface GivenVerdict {
  readonly valid: boolean;
  readonly checks: readonly Check[];
}

/** A question that was not understood is answered by the figures of a refusal instead. */
export type Answered =
  | { readonly verdicts: readonly GivenVerdict[] }
  | { readonly refused: { readonly code: string; readonly message: string } };
