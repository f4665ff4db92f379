const PLAIN = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?$/;
const THOUSANDS = /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** an identifier such as a postal code, which a number would mutilate */
const LEADING_ZERO = /^[-+]?0\d/;

/** @returns undefined when the text is not a number, or more precise than a double can hold */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (LEADING_ZERO.test(trimmed)) return undefined;
  const digits = THOUSANDS.test(trimmed) ? trimmed.replaceAll(',', '') : trimmed;
  if (!PLAIN.test(digits)) return undefined;
  const value = Number(digits);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return undefined;
  return value;
}
