const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** How one column writes its dates; a column keeps to one of them. */
interface DateStyle {
  readonly pattern: RegExp;
  /** year, month 1–12, day */
  day(groups: readonly string[]): readonly [number, number, number];
}

const month = (name: string | undefined): number =>
  MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1;
const number = (text: string | undefined): number => Number(text ?? '1');

const STYLES: readonly DateStyle[] = [
  { pattern: /^(\d{4})-(\d{1,2})-(\d{1,2})$/, day: (g) => [number(g[1]), number(g[2]), number(g[3])] },
  { pattern: /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/, day: (g) => [number(g[1]), number(g[2]), number(g[3])] },
  { pattern: /^(\d{4})-(\d{2})$/, day: (g) => [number(g[1]), number(g[2]), 1] },
  { pattern: /^(\d{4})[- ]?Q([1-4])$/i, day: (g) => [number(g[1]), number(g[2]) * 3 - 2, 1] },
  {
    pattern: /^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})$/i,
    day: (g) => [number(g[3]), month(g[1]), number(g[2])],
  },
  { pattern: /^(\d{1,2}) ([a-z]{3,9})\.? (\d{4})$/i, day: (g) => [number(g[3]), month(g[2]), number(g[1])] },
  { pattern: /^([a-z]{3,9})\.? (\d{4})$/i, day: (g) => [number(g[2]), month(g[1]), 1] },
  { pattern: /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, day: (g) => [number(g[3]), number(g[2]), number(g[1])] },
  // Month first, as in the United States; day first is tried when that does not fit the whole column.
  { pattern: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, day: (g) => [number(g[3]), number(g[1]), number(g[2])] },
  { pattern: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, day: (g) => [number(g[3]), number(g[2]), number(g[1])] },
];

const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[-+]\d{2}:?\d{2})?$/;

function readDay(text: string, style: DateStyle): string | undefined {
  const groups = style.pattern.exec(text.trim());
  if (groups === null) return undefined;
  const [y, m, d] = style.day(groups);
  const date = new Date(Date.UTC(y, m - 1, d));
  const real = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return real ? date.toISOString().slice(0, 10) : undefined;
}

function readMoment(text: string): string | undefined {
  const trimmed = text.trim();
  if (!MOMENT.test(trimmed)) return undefined;
  // A time without a zone is taken as UTC, so that the answer does not depend on where it is computed.
  const zoned = /(?:Z|[-+]\d{2}:?\d{2})$/.test(trimmed) ? trimmed : `${trimmed}Z`;
  const at = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** Reads a whole column in one style. @returns undefined unless every text is a date in that style */
export function readDates(texts: readonly string[]): string[] | undefined {
  for (const read of [readMoment, ...STYLES.map((style) => (text: string) => readDay(text, style))]) {
    const dates = readAll(texts, read);
    if (dates !== undefined) return dates;
  }
  return undefined;
}

function readAll(texts: readonly string[], read: (text: string) => string | undefined): string[] | undefined {
  const dates: string[] = [];
  for (const text of texts) {
    const date = read(text);
    if (date === undefined) return undefined;
    dates.push(date);
  }
  return dates;
}
