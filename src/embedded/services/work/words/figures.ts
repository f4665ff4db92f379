/** A number as a person would write it: four significant digits, thousands set apart. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15)) return value.toExponential(2);
  const digits = Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat('en', digits).format(value);
}

/** A p-value is never zero. */
export const pValue = (p: number | null): string =>
  p === null ? 'not tested' : p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;

export const percent = (value: number): string => `${value > 0 ? '+' : ''}${figure(value)} %`;

export const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
