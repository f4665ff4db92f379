/** A word of a request that nothing but its owner may ever show. */
export const NOBODY_ELSE = 'Quokkasaurus';

/** Words of the file below and of its name, of the same kind. */
export const SECRET_WORDS = [NOBODY_ELSE, 'zanzibar', 'wanderlust'] as const;

/** Two years of a shop's takings by month. */
export const TAKINGS = {
  name: 'zanzibar-ledger.csv',
  mediaType: 'text/csv',
  content: [
    'month,takings,wanderlust_index',
    ...[
      310, 322, 335, 341, 360, 372, 381, 399, 402, 420, 433, 447, 455, 468, 474, 490, 501, 515, 522, 540, 551,
      566, 572, 590,
    ].map(
      (takings, i) =>
        `${2023 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01,${takings},${7000 + i * 13}`,
    ),
  ].join('\n'),
};
