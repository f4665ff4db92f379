/** Data keys of users, wrapped by a master key that never leaves the vault's process. */
export interface KeyVault {
  /** 32 bytes; made on first use. @throws Refusal KEY_DESTROYED once destroyed */
  dataKey(owner: string): Promise<Uint8Array>;
  /** Makes everything sealed for `owner` unreadable for good. */
  destroy(owner: string): Promise<void>;
}
