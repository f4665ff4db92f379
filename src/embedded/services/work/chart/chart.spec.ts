import { describe, expect, it } from '@jest/globals';
import { loadDataset } from '../datasets/load-dataset.js';
import { months, tableOf } from '../kit.js';
import { drawChart } from './draw.js';

const count = (svg: string, what: RegExp): number => svg.match(what)?.length ?? 0;

describe('a chart', () => {
  it('is a line for every series over time', async () => {
    const table = await loadDataset({ name: 'stocks' });
    const { kind, svg, title } = await drawChart({ table }, 'express');
    expect([kind, title]).toEqual(['line', 'price over time by symbol (stocks)']);
    expect(svg.startsWith('<svg')).toBe(true);
    expect(count(svg, /aria-roledescription="line mark"/g)).toBe(5);
    for (const name of ['MSFT', 'AMZN', 'IBM', 'GOOG', 'AAPL']) expect(svg).toContain(`>${name}</text>`);
  });

  it('is a bar for every name, with the mean', async () => {
    const table = tableOf({ city: ['a', 'a', 'b', 'b'], n: [1, 3, 10, 20] });
    const { kind, svg } = await drawChart({ table }, 'studio');
    expect(kind).toBe('bar');
    expect(count(svg, /aria-roledescription="bar"/g)).toBe(2);
    expect(svg).toContain('>15</text>');
  });

  it('is a scatter of two numbers and a histogram of one', async () => {
    const pair = tableOf({ a: [1, 2, 3, 4], b: [2, 4, 6, 9] });
    expect(await drawChart({ table: pair }, 'express')).toMatchObject({ kind: 'scatter' });
    expect(await drawChart({ table: tableOf({ a: [1, 2, 3, 4] }) }, 'express')).toMatchObject({
      kind: 'histogram',
    });
  });

  it('is what was asked for, where the table allows it', async () => {
    const table = await loadDataset({ name: 'cars' });
    const asked = {
      table,
      kind: 'scatter',
      x: 'Weight_in_lbs',
      y: 'Miles_per_Gallon',
      title: 'Heavy & thirsty',
    } as const;
    const chart = await drawChart(asked, 'studio');
    expect(chart).toMatchObject({ kind: 'scatter', title: 'Heavy & thirsty' });
    expect(chart.svg).toContain('Heavy &amp; thirsty');
  });

  it('draws names from outside as text only', async () => {
    const evil = '<script>alert(1)</script>';
    const table = tableOf({ [evil]: [evil, evil, 'b', 'b'], "a['x'].b": [1, 2, 3, 4] });
    const { svg } = await drawChart({ table, title: evil }, 'studio');
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script');
  });

  it('shows the twelve lines that end highest of many, and says so', async () => {
    const dates = months(2024, 3);
    const names = Array.from({ length: 15 }, (_, i) => `s${i}`);
    const table = tableOf({
      date: names.flatMap(() => dates),
      s: names.flatMap((name) => dates.map(() => name)),
      n: names.flatMap((_, i) => dates.map(() => i)),
    });
    const { description, svg } = await drawChart({ table }, 'express');
    expect(description).toContain('12 series of 15');
    expect(svg).not.toContain('>s2</text>');
  });

  it.each([
    ['NO_VALUE_COLUMN', { table: tableOf({ name: ['a', 'b'] }), kind: 'scatter' as const }],
    ['NO_TIME_COLUMN', { table: tableOf({ n: [1, 2] }), kind: 'line' as const }],
    ['NO_SUCH_COLUMN', { table: tableOf({ n: [1, 2] }), x: 'm' }],
    ['NOTHING_TO_DRAW', { table: { ...tableOf({ n: [1] }), rows: [] } }],
  ])('is refused with %s', async (code, input) => {
    await expect(drawChart(input, 'express')).rejects.toMatchObject({ code });
  });
});
