import type { DataType } from '../../ports/catalogue.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  markdown: 'text/markdown',
  chart: 'image/svg+xml',
};

export const mediaTypeOf = (type: string): string => MEDIA_TYPES[type] ?? 'application/json';

const PAGES: readonly DataType[] = ['html', 'markdown'];
export const isPage = (type: DataType): boolean => PAGES.includes(type);

/**
 * What a page is made of besides what was asked for by name: figures to lean on where none are asked for or the
 * data are to be examined, a chart, and the findings in words.
 */
export function partsOfPage(named: readonly DataType[], examine: boolean): readonly DataType[] {
  const findings = named.filter((type) => type !== 'chart' && type !== 'summary');
  const figures: DataType[] = examine || findings.length === 0 ? ['statistics'] : [];
  return [...new Set<DataType>([...named, ...figures, 'chart', 'summary'])];
}

export const labelOfResult = (type: string): string =>
  type === 'html' || type === 'markdown' ? `${type} report` : type;
