/** One connection, with `search_path` set to the schema of the read models. */
export interface Sql {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[] }>;
}

/** That of one transaction. */
export interface Transaction extends Sql {
  /**
   * A statement for whose answer nobody waits: it goes out with the next one that is waited for, be that the commit.
   * When it fails, so does the next one, and the transaction with it, as {@link Unwritten}.
   */
  send(text: string, values: readonly unknown[]): void;
  /** Waits for all that was sent. @throws Unwritten, or what is retryable */
  sent(): Promise<void>;
}

/** A statement that was sent is wrong. */
export class Unwritten extends Error {
  override readonly name = 'Unwritten';

  constructor(override readonly cause: unknown) {
    super('a statement that was sent has failed');
  }
}
