/** A set of rows as one text a column, for string_to_array: splitting is far cheaper than parsing JSON or array literals. */
export interface ColumnTexts {
  readonly texts: readonly string[];
  /** stands between two values */
  readonly separator: string;
  /** stands for a value that is null */
  readonly nothing: string;
}

export interface TextColumn<Row> {
  readonly name: keyof Row & string;
  readonly isJson: boolean;
}

/** What no JSON holds, and other texts hardly ever. */
const SEPARATOR = '\u001f';
const NOTHING = '\u0001';
/** What Postgres would not keep, and, in texts that are no JSON, what may pass for a separator or a null. */
const ODD_JSON = /\\u(?:0000|d[89a-f])/i;
const ODD_TEXT = /[^ -\uffff]/;

/** A last value of nulls makes sure that no text is empty: of a lone empty value there would be no element. */
export function columnTexts<Row extends object>(
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
): ColumnTexts {
  let isOdd = false;
  const texts = columns.map(({ name, isJson }) => {
    const values = rows.map((row) => {
      const value: unknown = row[name];
      if (value === null || value === undefined) return NOTHING;
      if (isJson) {
        const json = JSON.stringify(value);
        isOdd ||= json.includes('\\u') && ODD_JSON.test(json);
        return json;
      }
      if (typeof value === 'string') isOdd ||= ODD_TEXT.test(value);
      return String(value);
    });
    values.push(NOTHING);
    return values.join(SEPARATOR);
  });
  return isOdd ? carefully(columns, rows) : { texts, separator: SEPARATOR, nothing: NOTHING };
}

/** The same for whatever values: they are made storable, and signs are found that none of them holds. */
function carefully<Row extends object>(
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
): ColumnTexts {
  const values = columns.map(({ name, isJson }) => rows.map((row) => storable(row[name], isJson)));
  const held = (sign: string) => values.some((of) => of.some((value) => value?.includes(sign)));
  let nth = 0;
  while (held(`${SEPARATOR}${nth}`) || held(`${NOTHING}${nth}`)) nth++;
  const [separator, nothing] = [`${SEPARATOR}${nth}`, `${NOTHING}${nth}`];
  const texts = values.map((of) => [...of.map((value) => value ?? nothing), nothing].join(separator));
  return { texts, separator, nothing };
}

/**
 * Postgres keeps neither NUL nor half a surrogate pair, and a sentence of an error may hold either: they go,
 * for one such row must not stop a projection.
 */
function storable(value: unknown, isJson: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (!isJson) return withoutOdd(String(value));
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? withoutOdd(part) : part));
}

const withoutOdd = (text: string): string => text.toWellFormed().replaceAll('\0', '');
