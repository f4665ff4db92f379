/** Content-addressed bytes. Callers seal content before it comes here. */
export interface ArtifactStore {
  /**
   * @param bytes are not changed any more
   * @returns SHA-256 hex of `bytes`; storing the same bytes again is free
   */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws Refusal NOT_FOUND, or ARTIFACT_CORRUPT when the bytes do not hash to their address */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
  delete(sha256: string): Promise<void>;
}
