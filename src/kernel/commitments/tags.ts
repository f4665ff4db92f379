/**
 * Every hash says what it is for, so that no commitment can be passed off as another. These numbers are part of
 * the receipt format and of the circuits: they may be added to, never changed.
 */
export const CONTENT_TAGS = {
  result: 0x524553n,
  input: 0x494e50n,
  stepId: 0x534944n,
  execution: 0x455845n,
  evidence: 0x455644n,
} as const;

/** What is hashed: the domain string of the SHA-256 and the tag of the Poseidon. */
export type ContentDomain = keyof typeof CONTENT_TAGS;

export const PLAN_TAG = 0x504c414en;
export const ROOT_TAG = 0x524f4f54n;
export const DETAIL_TAG = 0x4445544cn;
export const FINAL_TAG = 0x46494e4cn;
/** what one proof of a chain hands on to the next */
export const STATE_TAG = 0x53544154n;

/** A tag that also says for how many slots the hashed layout is. */
export const sized = (tag: bigint, slots: number): bigint => tag * 65536n + BigInt(slots);
