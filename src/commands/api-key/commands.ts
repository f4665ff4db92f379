export interface IssueApiKey {
  readonly type: 'IssueApiKey';
  readonly keyId: string;
  readonly userId: string;
  /** HMAC-SHA256 hex of the secret; the secret itself comes nowhere near an event */
  readonly hash: string;
  readonly prefix: string;
  readonly name: string;
  readonly at: string;
  readonly expiresAt?: string;
}

/** The old secret stays valid until `graceUntil`; equal to `at` it ends at once. */
export interface RotateApiKey {
  readonly type: 'RotateApiKey';
  readonly hash: string;
  readonly prefix: string;
  readonly at: string;
  readonly graceUntil: string;
}

export interface RevokeApiKey {
  readonly type: 'RevokeApiKey';
  readonly at: string;
}

export type ApiKeyCommand = IssueApiKey | RotateApiKey | RevokeApiKey;
