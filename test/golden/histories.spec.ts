import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { apiKey } from '../../src/commands/api-key/decide.js';
import { deposit } from '../../src/commands/deposit/decide.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { payment } from '../../src/commands/payment/decide.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import { user } from '../../src/commands/user/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { upcast } from '../../src/events/catalogue.js';
import { type Decider, fold } from '../../src/kernel/decider.js';
import type { DomainEvent } from '../../src/kernel/event.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';

const FOLDER = new URL('./histories/', import.meta.url);
const aggregates = { apikey: apiKey, deposit, escrow, payment, receipt, user, workflow } as const;

interface History {
  readonly category: keyof typeof aggregates;
  readonly story: string;
  readonly events: readonly DomainEvent[];
  /**
   * What the events fold to, money as text. Events are a storage format, state is not: when its shape changes on
   * purpose, take `state` out of the file, run `GOLDEN=write npm test -- golden` and read the difference.
   */
  readonly state?: unknown;
}

const replay = ({ category, events }: History): unknown => {
  // The file says which aggregate wrote its events, which no type can check.
  const decider = aggregates[category].decider as unknown as Decider<unknown, unknown, DomainEvent>;
  const state = fold(decider, events.map(upcast));
  return JSON.parse(JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)));
};

const files = readdirSync(FOLDER).map((name) => new URL(name, FOLDER));
const histories = files.map((file) => {
  const history = readGolden<History>(file);
  if (history.state !== undefined || !mayWrite) return history;
  const completed = { ...history, state: replay(history) };
  writeGolden(file, completed);
  return completed;
});

describe.each(histories)('$category: $story', (history) => {
  it('folds to what it always folded to', () => expect(replay(history)).toEqual(history.state));
});
