/**
 * Expressions come from models and callers, so the language is closed: JSONata without what would make a replay
 * differ ($now, $millis, $random, $shuffle, and $toMillis, which reads a time without a zone in the zone of the
 * machine), without what cannot be bounded ($eval, regular expressions, $pad), and without the transform operator,
 * which can write into the interpreter's own functions. What is not in this list does not exist.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['sum', 'count', 'max', 'min', 'average'],
  ...['string', 'substring', 'substringBefore', 'substringAfter', 'lowercase', 'uppercase', 'length', 'trim'],
  ...['contains', 'replace', 'split', 'join', 'formatNumber', 'formatBase', 'formatInteger', 'parseInteger'],
  ...['number', 'floor', 'ceil', 'round', 'abs', 'sqrt', 'power', 'boolean', 'not', 'exists', 'type'],
  ...['map', 'filter', 'single', 'reduce', 'sift', 'each', 'zip', 'append', 'sort', 'reverse', 'distinct'],
  ...['keys', 'lookup', 'spread', 'merge', 'error', 'assert', 'fromMillis'],
  ...['base64encode', 'base64decode', 'encodeUrlComponent', 'encodeUrl', 'decodeUrlComponent', 'decodeUrl'],
]);

/** The names an expression may start from. */
export const ROOTS: ReadonlySet<string> = new Set(['inputs', 'steps', 'request']);

export const EXPRESSION_BOUNDS = {
  /** characters of one expression; refuse */
  textChars: 20_000,
  /** items of one sequence an evaluation makes; refuse */
  sequenceItems: 200_000,
  /** characters of one string an evaluation makes; refuse */
  stringChars: 8 * 1024 * 1024,
  /** values in one result; refuse */
  resultValues: 1_000_000,
  /** groups of one `{key: value}` grouping, which the interpreter evaluates side by side; refuse */
  groups: 20_000,
  /** compiled expressions kept; shed */
  compiled: 500,
  /** ms an evaluation may hold the process before others get a turn */
  turn: 10,
} as const;
