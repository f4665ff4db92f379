export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export type Claim =
  /** `since`, in ms: when this very call was claimed first. It is in the past when a crash interrupted it. */
  | { readonly is: 'new'; readonly since: number }
  | { readonly is: 'done'; readonly answer: StoredAnswer }
  | { readonly is: 'different' }
  | { readonly is: 'in-flight' };

/** Answers of mutating calls by principal and Idempotency-Key. */
export interface IdempotencyStore {
  claim(principal: string, key: string, fingerprint: string, now: number): Promise<Claim>;
  complete(principal: string, key: string, answer: StoredAnswer): Promise<void>;
  /** gives a claim back when the call could not be answered */
  abandon(principal: string, key: string): Promise<void>;
}
