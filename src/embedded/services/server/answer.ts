import { ZodError } from 'zod';
import { type Figures, isRefusal } from '../../../kernel/errors.js';

/** What goes back over HTTP. Bodies are JSON text. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

export const refuse = (
  status: number,
  code: string,
  error: string,
  figures: Figures = {},
  headers: Readonly<Record<string, string>> = {},
): Answer => json(status, { error, code, ...(Object.keys(figures).length > 0 ? { figures } : {}) }, headers);

const MOST_PROBLEMS = 10;

/** The first problems of a body that does not fit what the service takes. */
export function refuseInput(error: ZodError): Answer {
  const problems = error.issues
    .slice(0, MOST_PROBLEMS)
    .map(
      ({ path, message }) =>
        `${path.map(String).join('.').slice(0, 200) || 'body'}: ${message.slice(0, 200)}`,
    );
  return refuse(400, 'VALIDATION_FAILED', 'The body is not what this service takes.', { problems });
}

/** An error on the way to an answer, as the caller may know it. */
export function refuseError(error: unknown): Answer {
  if (error instanceof ZodError) return refuseInput(error);
  if (isRefusal(error)) return refuse(statusOf(error.code), error.code, error.message, error.figures);
  return refuse(500, 'SERVICE_FAILED', 'The service could not answer. Nothing more was charged; ask again.');
}

const STATUS: Readonly<Record<string, number>> = {
  VALIDATION_FAILED: 400,
  TOO_LARGE: 413,
  TOO_SLOW: 504,
  NOT_FOUND: 404,
};

/** The work of a service refuses what it cannot be done on. */
const statusOf = (code: string): number => STATUS[code] ?? 422;
