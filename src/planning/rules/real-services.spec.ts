import { describe, expect, it } from '@jest/globals';
import { dryRun } from '../../../test/kit/dry-run.js';
import { usdc } from '../../../test/kit/offers.js';
import { offerOf } from '../../embedded/services/declaration.js';
import { WORKSHOP } from '../../embedded/services/workshop.js';
import type { Json } from '../../kernel/canonical-json.js';
import { propose } from '../propose.js';
import { rulePlanner } from './rule-planner.js';

const at = { baseUrl: 'http://127.0.0.1:5402', payTo: 'payee', network: 'solana:test', asset: 'usdc' };
const offers = WORKSHOP.map(({ declaration }) => offerOf(declaration, at));
const work = async (id: string, body: Json): Promise<Json> => {
  const service = WORKSHOP.find(({ declaration }) => declaration.id === id)!;
  return JSON.parse(JSON.stringify(await service.work(service.read(body)))) as Json;
};
const csv = (rows: readonly (readonly [string, number])[]) => ({
  name: 'sales.csv',
  mediaType: 'text/csv',
  content: ['day,revenue', ...rows.map(([day, revenue]) => `${day},${revenue}`)].join('\n'),
});
const days = (value: (day: number) => number) =>
  csv(Array.from({ length: 28 }, (_, i) => [`2024-02-${String(i + 1).padStart(2, '0')}`, value(i)]));

async function run(text: string, files: readonly ReturnType<typeof csv>[] = []) {
  const attachments = files.map(({ content, ...file }) => ({
    ...file,
    size: content.length,
    sample: content.slice(0, 300),
  }));
  const draft = await rulePlanner.plan(
    { text, attachments, offers, maxSteps: 16 },
    new AbortController().signal,
  );
  const proposal = propose(draft, { offers, request: text, maxCost: usdc(1_000_000n), maxTime: 60_000 });
  return dryRun(proposal, { text, inputs: files }, work);
}

describe('A plan by rules leads the real services to the result', () => {
  it('compares the column and the groups that the request names', async () => {
    const { result } = await run('Compare horsepower between origins of cars');
    expect(result).toMatchObject({
      value: { valueColumn: 'Horsepower', groupColumn: 'Origin', significant: true, groups: [{}, {}, {}] },
    });
  });

  it('forecasts twelve months and reports in Markdown', async () => {
    const { asked, result } = await run(
      'Forecast the CO2 concentration for the next 12 months and write a markdown report',
    );
    expect(asked['report-markdown']).toMatchObject([{ forecast: { horizon: 12, unit: 'month' } }]);
    expect(result).toMatchObject({
      mediaType: 'text/markdown',
      value: { markdown: expect.stringContaining('# ') },
    });
  });

  it('writes a trend report with a chart over a file', async () => {
    const { result } = await run('analyse these prices and write a trend report', [
      days((i) => 100 + i * 3 + (i % 3)),
    ]);
    const { value } = result as { value: { html: string } };
    expect(value.html.includes('src="data:image/svg+xml')).toBe(true);
    expect(/The trend is rising/.test(value.html)).toBe(true);
  });

  const outliers = 'find outliers in my sales.csv; if there are any, draw a chart of them';
  it('draws the outliers of a file where there are some', async () => {
    const { result } = await run(outliers, [days((i) => (i === 9 ? 5_000 : 100 + (i % 5)))]);
    expect(result).toMatchObject({
      value: { anomalies: { findings: [{ value: 5_000 }] }, chart: { svg: expect.stringContaining('<svg') } },
    });
  });

  it('draws nothing where there are none', async () => {
    const { result, skipped } = await run(outliers, [days((i) => 100 + (i % 5))]);
    expect(result).not.toHaveProperty('value.chart');
    expect(skipped).toHaveLength(2);
  });
});
