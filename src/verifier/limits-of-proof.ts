/** Stands in every receipt, word for word, so that nobody reads more into it than it says. */
export const NOT_PROVEN: readonly string[] = [
  'That a service, tool or model computed the truth: its output is committed to, not judged.',
  'That a condition was rightly decided: a skipped step was allowed to be skipped, no more.',
  'That a payment is on its chain: its signature is recorded, look it up there.',
  'That the times are right: they are what the issuer recorded.',
];

/** What a development key adds to it. */
export const DEVELOPMENT_KEY_WARNING =
  'The proof was made with a development key, for which anybody can forge proofs.';
