import type { Table } from '../shapes/table.js';

/** A table as small as can be, in which every service of tables finds what it looks for. */
export const exampleTable: Table = {
  name: 'prices',
  columns: [
    { name: 'month', type: 'date' },
    { name: 'shop', type: 'string' },
    { name: 'price', type: 'number' },
  ],
  rows: [
    { month: '2024-01-01', shop: 'north', price: 10 },
    { month: '2024-02-01', shop: 'south', price: 12 },
  ],
  source: '',
  note: '',
};
