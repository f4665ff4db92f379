import { describe, expect, it } from '@jest/globals';
import { dryRun } from '../../../test/kit/dry-run.js';
import { input, offer, usdc } from '../../../test/kit/offers.js';
import { ANSWERS } from '../../../test/kit/service-answers.js';
import { offerOf } from '../../embedded/services/declaration.js';
import { DECLARATIONS } from '../../embedded/services/declarations.js';
import type { Json } from '../../kernel/canonical-json.js';
import { Refusal } from '../../kernel/errors.js';
import type { ServiceOffer } from '../../ports/catalogue.js';
import { type Proposal, propose } from '../propose.js';
import { rulePlanner } from './rule-planner.js';

const at = { baseUrl: 'http://127.0.0.1:5402', payTo: 'payee', network: 'solana:test', asset: 'usdc' };
const demo = DECLARATIONS.map((declaration) => offerOf(declaration, at));
const file = (name: string, mediaType: string, sample: string) => ({
  name,
  mediaType,
  size: sample.length,
  sample,
});
const sales = file('sales.csv', 'text/csv', 'date,price\n2020-01-01,1\n2020-01-02,2\n');
const article = file('article.txt', 'text/plain', 'Bees dance. They say where flowers are, and how far.');

async function planFor(
  text: string,
  attachments = [] as (typeof sales)[],
  offers: readonly ServiceOffer[] = demo,
) {
  const request = { text, attachments, offers, maxSteps: 16 };
  const draft = await rulePlanner.plan(request, new AbortController().signal);
  return propose(draft, { offers, request: text, maxCost: usdc(1_000_000n), maxTime: 60_000 });
}
const actions = ({ plan }: Proposal): readonly string[] => plan.steps.map(({ action }) => action);
const refusal = async (text: string, attachments = [] as (typeof sales)[]): Promise<Refusal> =>
  planFor(text, attachments).then(
    () => {
      throw new Error('the request was planned');
    },
    (error: Refusal) => error,
  );

/** Runs the plan with made-up answers and checks every body against what the service really takes. */
async function rehearse(text: string, attachments = [] as (typeof sales)[], answers = ANSWERS) {
  const proposal = await planFor(text, attachments);
  const inputs = attachments.map(({ name, mediaType, sample }) => ({ name, mediaType, content: sample }));
  const run = await dryRun(
    proposal,
    { text, inputs },
    (id) => answers[demo.find((one) => one.id === id)!.output]!,
  );
  for (const [id, bodies] of Object.entries(run.asked))
    for (const body of bodies) DECLARATIONS.find((one) => one.id === id)!.input.parse(body);
  return { ...run, actions: actions(proposal) };
}

describe('Different requests get different plans', () => {
  it('a trend report over a file: reads it, analyses, draws, explains, formats', async () => {
    const { actions: steps, result } = await rehearse('analyse these prices and write a trend report', [
      sales,
    ]);
    expect(new Set(steps)).toEqual(
      new Set(['parse-table', 'trend', 'statistics', 'chart', 'narrative', 'report-html', 'assemble']),
    );
    expect(result).toEqual({ mediaType: 'text/html', value: ANSWERS['html'] });
  });

  it('a summary of a text: one service, as many sentences as asked', async () => {
    const { actions: steps, asked } = await rehearse('Summarise this text in three sentences', [article]);
    expect(steps).toEqual(['summary', 'assemble']);
    expect(asked['summary-lexrank']).toEqual([{ text: article.sample, sentences: 3 }]);
  });

  it('a chart over a topic: finds the data and draws them', async () => {
    const { actions: steps, asked } = await rehearse('Draw a chart of unemployment over time');
    expect(steps).toEqual(['dataset', 'chart', 'assemble']);
    expect(asked['dataset-library']).toEqual([{ topic: 'unemployment' }]);
  });

  it('a comparison: names the data set and finds the columns in it by the words of the request', async () => {
    const { asked } = await rehearse('Compare horsepower between origins of cars');
    expect(asked['dataset-library']).toEqual([{ topic: 'horsepower origins cars', name: 'cars' }]);
    expect(asked['group-compare']).toEqual([
      { table: ANSWERS['table'], groupColumn: 'Origin', valueColumn: 'Horsepower' },
    ]);
  });

  it('a forecast in Markdown: as many steps ahead as asked, and a Markdown report', async () => {
    const {
      actions: steps,
      asked,
      result,
    } = await rehearse('Forecast the CO2 concentration for the next 12 months and write a markdown report');
    expect(steps).toContain('report-markdown');
    expect(steps).not.toContain('trend');
    expect(asked['forecast-desk']).toMatchObject([{ horizon: 12 }]);
    expect(asked['dataset-library']).toMatchObject([{ name: 'co2-concentration' }]);
    expect(result).toMatchObject({ mediaType: 'text/markdown' });
  });

  it('in-depth words choose the thorough of two services of one capability', async () => {
    const bound = async (text: string) =>
      (await planFor(text)).plan.steps.find(({ action }) => action === 'trend')!.service!.id;
    expect(await bound('Find the trend of global temperature')).toBe('trend-quick');
    expect(
      await bound('Find the trend and seasonality of global temperature in depth with Mann-Kendall'),
    ).toBe('trend-thorough');
  });
});

describe('A condition in the request', () => {
  const text = 'find outliers in my sales.csv; if there are any, draw a chart of them';
  const noOutliers = { ...ANSWERS, anomalies: { ...(ANSWERS['anomalies'] as object), findings: [] } as Json };

  it('draws what was found when it holds', async () => {
    const { asked, skipped, result } = await rehearse(text, [sales]);
    const [chart] = Object.entries(asked).find(([id]) => id.startsWith('chart'))![1];
    expect(chart).toMatchObject({ table: { rows: [{ label: 'b', column: 'x', value: 9, score: 4 }] } });
    expect(skipped).toEqual([]);
    expect(result).toMatchObject({ value: { anomalies: ANSWERS['anomalies'], chart: ANSWERS['chart'] } });
  });

  it('skips the drawing, and pays for none, when it does not', async () => {
    const { asked, skipped, result } = await rehearse(text, [sales], noOutliers);
    expect(Object.keys(asked)).toEqual(['parse-table', 'anomaly-scan']);
    expect(skipped).toHaveLength(2);
    expect(result).toEqual({ mediaType: 'application/json', value: { anomalies: noOutliers.anomalies } });
  });

  it('takes the other branch where one is named', async () => {
    const both =
      'Show the trend of global temperature. If it is falling, forecast 5 years, otherwise draw a bar chart';
    const { asked } = await rehearse(both);
    expect(Object.keys(asked).some((id) => id.startsWith('forecast'))).toBe(false);
    expect(Object.entries(asked).find(([id]) => id.startsWith('chart'))![1]).toMatchObject([{ kind: 'bar' }]);
  });

  it('about nothing is refused', async () => {
    expect(await refusal('if it is so, draw a chart of unemployment')).toMatchObject({ code: 'NO_SERVICE' });
  });
});

describe('Files of the caller', () => {
  it('are summarised through their figures when they are tables', async () => {
    expect((await rehearse('Summarise my data please', [sales])).actions).toEqual([
      'parse-table',
      'statistics',
      'narrative',
      'assemble',
    ]);
  });

  it('each get their own analysis, and one report takes them all', async () => {
    const { asked } = await rehearse('Write a report with statistics of both files', [
      sales,
      { ...sales, name: 'b.csv' },
    ]);
    expect(asked['parse-table']).toMatchObject([{ name: 'sales.csv' }, { name: 'b.csv' }]);
    expect(asked['report-html']).toMatchObject([{ statistics: [{}, {}] }]);
  });

  it('are known as tables by their content when name and type say nothing', async () => {
    const unnamed = file('export', 'application/octet-stream', 'a;b\n1;2\n3;4\n5;6\n');
    expect((await rehearse('Compute statistics of this', [unnamed])).actions[0]).toBe('parse-table');
  });
});

describe('What nothing leads to is refused by name', () => {
  it.each<[string, string, (typeof sales)[]]>([
    ['Translate this into French', 'translate', [article]],
    ['Write a summary of this text and email it to my boss', 'email', [article]],
    ['Write a poem about penguins', 'poem', []],
    ['Draw a chart of dragons', 'chart', []],
    ['Draw a chart of it', 'chart', []],
    ['Forecast this text', 'forecast', [article]],
  ])('%s', async (text, missing, attachments) => {
    expect(await refusal(text, attachments)).toMatchObject({ code: 'NO_SERVICE', figures: { missing } });
  });

  it('and a request that wants no result is told what is on offer', async () => {
    const { code, figures } = await refusal('What is the weather like on Mars today?');
    expect([code, figures['offered']]).toEqual(['NO_SERVICE', expect.arrayContaining(['chart', 'trend'])]);
  });
});

describe('Services nobody here has heard of compose as well', () => {
  const made = (id: string, from: string, to: string, tags: string[]) =>
    offer(id, { inputs: [input(from, from)], output: to as ServiceOffer['output'], tags });
  const exotic = [
    made('geocode', 'table', 'places', ['geocode']),
    made('weave', 'places', 'carpet', ['carpet', 'knot']),
    made('translation', 'text', 'text', ['translate', 'french']),
    made('sentiment', 'text', 'mood', ['sentiment', 'mood']),
  ];
  const offers = [...demo, ...exotic];

  it('through types that only they know', async () => {
    const proposal = await planFor('Knot a carpet of penguins', [], offers);
    expect(actions(proposal)).toEqual(['dataset', 'geocode', 'weave', 'assemble']);
    expect(proposal.details['step_3']!.input).toBe('{"places": steps.step_2}');
  });

  it('and what was refused without them is planned with them', async () => {
    expect(actions(await planFor('Translate this into French', [article], offers))).toEqual([
      'translation',
      'assemble',
    ]);
  });

  it('and beside what is known', async () => {
    const proposal = await planFor('Summarise this text and tell the mood of it', [article], offers);
    expect(actions(proposal)).toEqual(['summary', 'sentiment', 'data_transform', 'assemble']);
  });

  it('without going in circles where they only need each other', async () => {
    const circle = [made('egg', 'hen', 'egg', ['egg']), made('hen', 'egg', 'hen', ['hen'])];
    await expect(planFor('Give me a hen from penguins', [], [...demo, ...circle])).rejects.toMatchObject({
      code: 'NO_SERVICE',
    });
  });

  it('and a catalogue that is a maze is left in time', async () => {
    const maze = Array.from({ length: 40 }, (_, i) =>
      offer(`m${i}`, {
        inputs: Array.from({ length: 8 }, (_unused, j) =>
          input(`t${(i + j + 1) % 40}`, `t${(i + j + 1) % 40}`),
        ),
        output: `t${i}` as ServiceOffer['output'],
        tags: [`thing${i}`],
      }),
    );
    await expect(planFor('Give me thing7 of penguins', [], [...demo, ...maze])).rejects.toMatchObject({
      code: 'NO_SERVICE',
    });
  });
});
