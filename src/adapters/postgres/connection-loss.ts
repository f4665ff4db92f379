import { setTimeout as pause } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { Refusal } from '../../kernel/errors.js';

/**
 * SQLSTATE classes of a server that goes, comes up or is full: connection exceptions and operator intervention; and of
 * a transaction that it ended because we said nothing for too long.
 */
const GONE = /^(08|57P|53300|25P03)/;

/** True when it is not the statement that is wrong. Errors that never reached the server carry no SQLSTATE. */
export const isConnectionLoss = (error: unknown): boolean =>
  error instanceof pg.DatabaseError ? GONE.test(error.code ?? '') : isNativeError(error);

export const unavailable = (cause: unknown, kind: 'retryable' | 'unknown' = 'retryable'): Refusal =>
  new Refusal('STORE_UNAVAILABLE', 'The database cannot be reached.', {}, kind, { cause });

const DISK_FULL = '53100';

/** The server could not let a file grow, for want of room or of permission: nothing was written. */
export const isFull = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === DISK_FULL || /^could not extend/.test(error.message));

export const full = (cause: unknown): Refusal =>
  new Refusal('STORE_FULL', 'The database has no room for more.', {}, 'retryable', { cause });

/**
 * A statement without an effect: a lost connection means that nothing happened.
 * @throws Refusal STORE_UNAVAILABLE, STORE_FULL
 */
export async function reachable<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    if (isFull(error)) throw full(error);
    throw isConnectionLoss(error) ? unavailable(error) : error;
  }
}

const READ_ATTEMPTS = 3;
const READ_PAUSE_MS = 50;

/**
 * A read, made again when its connection turns out to be dead: after a restart of the server every idle connection
 * of a pool is. @throws Refusal STORE_UNAVAILABLE
 */
export async function reading<T>(attempt: () => Promise<T>): Promise<T> {
  let attempts = 0;
  try {
    return await patiently(attempt, () => ++attempts === READ_ATTEMPTS, READ_PAUSE_MS);
  } catch (error) {
    throw isConnectionLoss(error) ? unavailable(error) : error;
  }
}

/** Asks again until the database is back, for those who can do nothing else meanwhile. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  givenUp: () => boolean,
  pauseMs = 250,
): Promise<T> {
  for (;;)
    try {
      return await attempt();
    } catch (error) {
      if (givenUp() || !isConnectionLoss(error)) throw error;
      await pause(pauseMs);
    }
}
