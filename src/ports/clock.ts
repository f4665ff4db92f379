/** Time and chance, so that everything else can be a function of them. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
}

export interface Chance {
  /** in [0, 1) */
  random(): number;
  bytes(length: number): Uint8Array;
  /** 26 characters, sorted by time */
  ulid(): string;
}
