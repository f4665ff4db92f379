import { ErrorType } from '@kurrent/kurrentdb-client';
import { type ErrorKind, Refusal } from '../../kernel/errors.js';

const PASSING: readonly unknown[] = [
  ErrorType.UNAVAILABLE,
  ErrorType.NOT_LEADER,
  ErrorType.CANCELLED,
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.UNKNOWN,
];

/** gRPC: cancelled, deadline exceeded, aborted, internal, unavailable, data loss */
const PASSING_CODES: readonly unknown[] = [1, 4, 10, 13, 14, 15];

/**
 * The client makes its errors in two ways (gRPC and a native reader), so that only `type` is common to them; and
 * the question for the server's features, which precedes the first append, fails with the bare error of gRPC.
 */
const typeOf = (error: unknown): unknown => (error as { type?: unknown } | undefined)?.type;
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

export const isStoreError = (error: unknown, type: ErrorType): boolean => typeOf(error) === type;

/** The call may be made again: the client finds the leader, or connects anew, by itself. */
export const isPassing = (error: unknown): boolean =>
  typeOf(error) === undefined ? PASSING_CODES.includes(codeOf(error)) : PASSING.includes(typeOf(error));

/** @param kind what a caller may conclude when the server could not be reached */
export function storeRefusal(error: unknown, kind: ErrorKind): unknown {
  if (isPassing(error))
    return new Refusal('STORE_UNAVAILABLE', 'The event store cannot be reached.', {}, kind, { cause: error });
  if (isStoreError(error, ErrorType.ACCESS_DENIED))
    return new Refusal(
      'STORE_ACCESS_DENIED',
      'The event store refuses the credentials in its connection string.',
      {},
      'terminal',
      { cause: error },
    );
  if (isStoreError(error, ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED))
    return new Refusal('APPEND_TOO_LARGE', 'The event store takes no append of this size.', {}, 'terminal', {
      cause: error,
    });
  return error;
}
