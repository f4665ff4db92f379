import { pino } from 'pino';

/** Structured lines on stderr. What may be in them is decided where they are written: never content or secrets. */
export const openLog = (level: string, role: string) =>
  pino(
    { level, base: { role }, redact: ['authorization', '*.authorization', 'apiKey', '*.apiKey'] },
    pino.destination({ dest: 2, sync: false }),
  );
