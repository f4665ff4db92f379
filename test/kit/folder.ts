import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** Searchable by every user: an embedded Postgres of root runs as another one. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'quittance-spec-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
