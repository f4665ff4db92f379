import { writeFileSync } from 'node:fs';
import pc from 'picocolors';
import { z } from 'zod';
import { type Connection, requireInstallation } from '../connect.js';
import { ownUser } from '../own-user.js';
import { type History, history as historyAnswer, historyLines } from '../show/escrow-history.js';
import { statement as statementAnswer, statementLines } from '../show/escrow-statement.js';
import { plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import type { ReadOptions } from './audit.js';

export interface OfUser extends ReadOptions {
  readonly user?: string;
}

export interface StatementOptions extends OfUser {
  readonly month?: string;
  readonly csv?: boolean;
  readonly out?: string;
}

const pathOf = async (connection: Connection, { user }: OfUser): Promise<string> =>
  `/escrow/${encodeURIComponent(user ?? (await ownUser(connection)))}`;

export async function history(
  options: OfUser & { readonly limit: number; readonly cursor?: string },
): Promise<number> {
  const connection = requireInstallation(options);
  const { limit, cursor } = options;
  const query = new URLSearchParams({ limit: `${limit}`, ...(cursor !== undefined && { cursor }) });
  const path = `${await pathOf(connection, options)}/history?${query}`;
  const found: History = await connection.client.get(path, historyAnswer);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...historyLines(found));
  return 0;
}

/** On the screen for a person; as JSON or CSV on stdout or in a file. */
export async function statement(options: StatementOptions): Promise<number> {
  const connection = requireInstallation(options);
  const { month, out } = options;
  const query = new URLSearchParams({
    format: options.csv ? 'csv' : 'json',
    ...(month !== undefined && { month }),
  });
  const path = `${await pathOf(connection, options)}/statement?${query}`;
  if (options.csv) {
    give(Buffer.from(await connection.client.bytes(path)), out);
    return 0;
  }
  const found = await connection.client.get(path, z.looseObject({ statement: statementAnswer }));
  if (options.json || out !== undefined) give(`${JSON.stringify(found.statement, null, 2)}\n`, out);
  else new Screen().say(...statementLines(found.statement));
  return 0;
}

function give(content: string | Uint8Array, out: string | undefined): void {
  if (out === undefined) process.stdout.write(content);
  else {
    writeFileSync(out, content);
    new Screen(process.stderr).say(`${pc.green('✓')} ${plainText(out)}`);
  }
}
