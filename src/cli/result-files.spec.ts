import { describe, expect, it } from '@jest/globals';
import { chartOf, resultFiles } from './result-files.js';

const names = (value: unknown, mediaType = 'application/json') =>
  resultFiles({ mediaType, value }).map(({ name }) => name);

describe('the files of a result', () => {
  it.each([
    ['a page', { title: 'T', html: '<!doctype html>' }, ['result.html']],
    ['a text with markup', { title: 'T', markdown: '# T' }, ['result.md']],
    ['a chart', { title: 'T', svg: '<svg/>', spec: {} }, ['result.svg']],
    ['a summary', { text: 'A.', sentences: ['A.'], method: 'lexrank' }, ['result.txt']],
    ['figures', { columns: [], rows: [] }, ['result.json']],
    ['a list', [1, 2], ['result.json']],
    ['nothing', null, ['result.json']],
    ['an object without members', {}, ['result.json']],
  ])('are named after what %s carries', (_, value, expected) => expect(names(value)).toEqual(expected));

  it('are one for each part of a result of several', () =>
    expect(names({ chart: { svg: '<svg/>' }, forecast: { points: [] } })).toEqual([
      'chart.svg',
      'forecast.json',
    ]));

  it('are one when no part is a document', () =>
    expect(names({ a: { points: [] }, b: { points: [] } })).toEqual(['result.json']));

  it('are named by media type for bare text', () => {
    expect(names('a,b', 'text/csv')).toEqual(['result.csv']);
    expect(names('?', 'application/x-unknown')).toEqual(['result.txt']);
  });

  it('never leave their folder, whatever the parts are called', () =>
    expect(names({ '../../etc/passwd': { svg: '<svg/>' }, '.hidden': { html: '' } })).toEqual([
      '______etc_passwd.svg',
      '_hidden.html',
    ]));

  it('hold the document itself and not its JSON', () =>
    expect(resultFiles({ mediaType: 'text/html', value: { html: '<p>' } })[0]?.text).toBe('<p>'));
});

describe('the chart of a step', () => {
  it('is the drawing it gave', () => expect(chartOf({ svg: '<svg/>' })).toBe('<svg/>'));
  it.each([[null], ['<svg/>'], [{ svg: 1 }], [[]], [undefined]])('is not found in %j', (output) =>
    expect(chartOf(output)).toBeUndefined(),
  );
});
