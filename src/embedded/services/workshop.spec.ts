import { describe, expect, it } from '@jest/globals';
import { offerOf } from './declaration.js';
import { DECLARATIONS } from './declarations.js';
import type { Chart, Html, Markdown, Summary } from './shapes/documents.js';
import type { Anomalies, Comparison, Forecast } from './shapes/findings.js';
import type { Statistics } from './shapes/statistics.js';
import type { Table } from './shapes/table.js';
import type { Trend } from './shapes/trend.js';
import { WORKSHOP } from './workshop.js';

/** Buys nothing, but asks and answers exactly as the paid server does. */
async function ask<Out>(id: string, body: unknown): Promise<Out> {
  const service = WORKSHOP.find(({ declaration }) => declaration.id === id)!;
  const wire = JSON.parse(JSON.stringify(body)) as unknown;
  const answer = await service.work(service.read(wire));
  return service.declaration.answer.parse(JSON.parse(JSON.stringify(answer))) as Out;
}

describe('the workshop', () => {
  it('does the work of every declared service, and of no other', () => {
    expect(WORKSHOP.map(({ declaration }) => declaration)).toEqual(DECLARATIONS);
  });

  it('declares inputs that its schema knows, required exactly where it says so', () => {
    for (const declaration of DECLARATIONS) {
      const at = { baseUrl: 'http://127.0.0.1:1', payTo: 'p', network: 'n', asset: 'a' };
      const schema = offerOf(declaration, at).inputSchema as {
        properties: Record<string, unknown>;
        required?: string[];
      };
      const names = declaration.inputs.map(({ name }) => name).sort();
      const required = declaration.inputs.filter(({ optional }) => !optional).map(({ name }) => name);
      expect([declaration.id, Object.keys(schema.properties).sort()]).toEqual([declaration.id, names]);
      expect([declaration.id, schema.required ?? []]).toEqual([declaration.id, required]);
    }
  });

  it('sells the same trend and chart at two prices, the dearer with more in it', async () => {
    const table = await ask<Table>('dataset-library', { name: 'co2-concentration' });
    const quick = await ask<Trend>('trend-quick', { table });
    const thorough = await ask<Trend>('trend-thorough', { table });
    expect(quick.series[0]?.mannKendall).toBeUndefined();
    expect(thorough.series[0]?.seasonality).toMatchObject({ period: 12, detected: true });
    const express = await ask<Chart>('chart-express', { table });
    const studio = await ask<Chart>('chart-studio', { table });
    expect((studio.spec['layer'] as unknown[]).length).toBeGreaterThan(
      (express.spec['layer'] as unknown[]).length,
    );
  });

  it('carries a question about stocks through to a page, each answer fitting the next input as it is', async () => {
    const table = await ask<Table>('dataset-library', { topic: 'prices of technology stocks' });
    const statistics = await ask<Statistics>('statistics-desk', { table });
    const trend = await ask<Trend>('trend-thorough', { table });
    const charts = [await ask<Chart>('chart-studio', { table })];
    const forecast = await ask<Forecast>('forecast-desk', { table, horizon: 6 });
    const anomalies = await ask<Anomalies>('anomaly-scan', { table });
    const comparison = await ask<Comparison>('group-compare', { table });
    const summary = await ask<Summary>('narrator', { statistics, trend, forecast, anomalies, comparison });
    const parts = { summary, trend, statistics, charts, forecast, anomalies, comparison };
    const { html } = await ask<Html>('report-html', { title: 'Five stocks', ...parts });
    const { markdown } = await ask<Markdown>('report-markdown', parts);
    expect(html).toContain('<h1>Five stocks</h1>');
    expect(html).toContain('AAPL');
    expect(html.match(/(?:src|href)="(?!data:)/g)).toBeNull();
    expect(markdown).toContain('# Report on stocks');
    if (process.env['KEEP_REPORT'] !== undefined) {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(process.env['KEEP_REPORT'], html);
    }
  });
});
