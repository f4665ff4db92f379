import type { Anomalies, Comparison, Forecast } from '../../shapes/findings.js';
import { figure, listed, pValue } from './figures.js';

const MOST_TOLD = 5;

export function narrateForecast({ series, level, valueColumn }: Forecast): string[] {
  return series.slice(0, MOST_TOLD).flatMap(({ name, method, points }) => {
    const last = points.at(-1);
    if (last === undefined) return [];
    const what = name === valueColumn ? name : `${valueColumn} of ${name}`;
    return [
      `Carried on by ${METHODS[method]}, ${what} would be ${figure(last.value)} at ${last.time}, between ` +
        `${figure(last.low)} and ${figure(last.high)} with ${figure(level * 100)} % confidence if the past goes on.`,
    ];
  });
}

const METHODS: Readonly<Record<Forecast['series'][number]['method'], string>> = {
  'holt-winters': 'Holt–Winters smoothing with a season',
  holt: 'Holt smoothing',
  linear: 'a straight line',
};

export function narrateAnomalies({ checked, findings }: Anomalies): string[] {
  const total = checked.reduce((sum, { outliers }) => sum + outliers, 0);
  const columns = listed(checked.map(({ column }) => column));
  if (total === 0) return [`No unusual values were found in ${columns}.`];
  const strongest = findings
    .slice(0, MOST_TOLD)
    .map(({ column, value, label }) => `${column} ${figure(value)} (${label})`);
  return [`${total} unusual values were found in ${columns}; the strongest: ${listed(strongest)}.`];
}

export function narrateComparison(comparison: Comparison): string[] {
  const { groupColumn, valueColumn, groups, test, significant } = comparison;
  const sorted = [...groups].sort((a, b) => b.median - a.median);
  const high = sorted[0];
  const low = sorted.at(-1);
  if (high === undefined || low === undefined) return [];
  const name = test.name === 'welch-t' ? 'Welch’s t-test' : 'Kruskal–Wallis test';
  const finding = significant
    ? 'differs between the groups by more than chance explains'
    : 'shows no difference between the groups beyond chance';
  return [
    `${valueColumn} ${finding} of ${groupColumn} (${name}, ${pValue(test.pValue)}).`,
    `The median is highest for ${high.group} (${figure(high.median)}) and lowest for ${low.group} ` +
      `(${figure(low.median)}).`,
  ];
}
