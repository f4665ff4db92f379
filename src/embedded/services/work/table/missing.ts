const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '--', '?']);

/** The usual ways files say that a value is not there. */
export const isMissing = (text: string): boolean => MISSING.has(text.trim().toLowerCase());
