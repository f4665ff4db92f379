import { describe, expect, it } from '@jest/globals';
import { marked } from 'marked';
import { reportInput } from '../../offers/report-input.js';
import { months, tableOf } from '../kit.js';
import { describeTable } from '../statistics/describe-table.js';
import { analyseTrend } from '../trend/analyse.js';
import { narrate } from '../words/narrate.js';
import { reportAsHtml } from './to-html.js';
import { reportAsMarkdown } from './to-markdown.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const EVIL = '<img src=x onerror=alert(1)>';

function report(title: string, column = 'sales') {
  const table = tableOf({ date: months(2024, 6), [column]: [100, 110, 125, 130, 140, 150] });
  const trend = analyseTrend({ table }, 'thorough');
  const statistics = describeTable({ table });
  const summary = narrate({ trend, statistics });
  const charts = { title, kind: 'line', svg: SVG, spec: {}, description: title };
  return reportInput.parse({ title, trend, statistics, summary, charts });
}

const said = (text: string) => ({ text, sentences: [text], method: 'narrative', note: 'n' });
const headings = marked
  .lexer(reportAsMarkdown(reportInput.parse({ ...report('x'), summary: said('plain') })).markdown)
  .filter(({ type }) => type === 'heading').length;

describe('a report', () => {
  it('has its title, words, picture and tables, in HTML and in Markdown', () => {
    const { html } = reportAsHtml(report('Sales in 2024'));
    expect(html).toMatch(/^<!doctype html>/);
    for (const part of [
      '<h1>Sales in 2024</h1>',
      'sales went from 100 to 150',
      '<td>rising</td>',
      '<td>125.8</td>',
    ])
      expect(html).toContain(part);
    const { markdown } = reportAsMarkdown(report('Sales in 2024'));
    expect(markdown).toMatch(/^# Sales in 2024\n/);
    expect(markdown).toContain('| sales | 6 | 0 | 125.8 |');
    expect(markdown).toContain('](data:image/svg+xml;base64,');
  });

  it('lets no text from outside become markup', () => {
    const { html } = reportAsHtml(report(EVIL, EVIL));
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('<script');
    const { markdown } = reportAsMarkdown(
      report('[click](javascript:alert(1)) | https://evil.example', EVIL),
    );
    const set = marked.parse(markdown, { async: false });
    expect(set).not.toMatch(/<a |<img src=x|<script/);
    expect(set).toContain('[click](javascript:alert(1)) | https://evil.example</h1>');
  });

  it.each(['- item', '1. item', '=====', '# heading'])(
    'keeps a title that begins like “%s” a title',
    (title) => {
      const { markdown } = reportAsMarkdown(
        reportInput.parse({ ...report('x'), title, summary: said(title) }),
      );
      expect(marked.lexer(markdown).map(({ type }) => type)).not.toContain('list');
      expect(marked.lexer(markdown).filter(({ type }) => type === 'heading').length).toBe(headings);
    },
  );

  it('loads nothing from outside and forbids itself to', () => {
    const { html } = reportAsHtml(report('x'));
    expect(html.match(/(?:src|href|url\()=?"?(?!"?data:)[^">]*https?:/g)).toBeNull();
    expect(html).toContain('default-src &#39;none&#39;');
  });

  it('keeps drawings from elsewhere as images, in which no script runs', () => {
    const encoded = Buffer.from(SVG).toString('base64');
    expect(reportAsHtml(report('x')).html).toContain(`src="data:image/svg+xml;base64,${encoded}"`);
  });

  it('refuses to be made of a title alone', () => {
    expect(reportInput.safeParse({ title: 'Nothing' }).success).toBe(false);
  });
});
