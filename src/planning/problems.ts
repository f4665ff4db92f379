import type { z } from 'zod';

/** The first problems of a value as `path: what is wrong`, without the value itself. */
export const firstProblems = ({ issues }: z.ZodError, most = 8): readonly string[] =>
  issues
    .slice(0, most)
    .map(({ path, message }) => `${path.join('.') || '(whole)'}: ${message}`.slice(0, 300));
