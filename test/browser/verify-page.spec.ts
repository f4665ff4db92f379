import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { type Browser, chromium, type Page } from 'playwright-core';
import { serveVerificationPage } from '../../src/api/http/verification-page.js';
import { receiptHash } from '../../src/kernel/log/entry.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { type Check, verifyReceiptBytes } from '../../src/verifier/index.js';
import { temporaryFolder } from '../kit/folder.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleRun, sampleStep } from '../kit/sample-run.js';

const executablePath = process.env['QUITTANCE_BROWSER'];
const PAGE = new URL('../../dist/verify.html', import.meta.url).href;
const golden = (name: string) => fileURLToPath(new URL(`../golden/receipts/${name}.json`, import.meta.url));
const names = ['basic', 'basic-failed', 'zero-knowledge', 'zero-knowledge-concealed'];
const folder = temporaryFolder();

let browser: Browser;
let page: Page;
/** everything the browser complained of or asked the network for */
let said: string[];

beforeAll(async () => {
  if (!executablePath) throw new Error('npm run test:browser looks for a browser; run it by that.');
  // a sandbox of its own is not allowed to root, whom builds often run as
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  folder.remove();
});

beforeEach(async () => {
  page = await browser.newPage();
  said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) said.push(`asked for ${request.url()}`);
  });
  await page.goto(PAGE);
});
afterEach(async () => {
  expect(said).toEqual([]);
  await page.close();
});

const trust = async (on = page) => {
  await on.locator('#wishes summary').click();
  await on.locator('#keys').fill(sampleIssuer.publicKey);
  await on.locator('#keys').blur();
  await on.locator('#wishes summary').click();
};
const choose = async (files: string[], on = page) => {
  await on.setInputFiles('#files', files);
  await on
    .locator('article')
    .nth(files.length - 1)
    .waitFor();
};
const checksShown = () =>
  page
    .locator('[data-check]')
    .evaluateAll((lines) =>
      lines.map((line) => [
        line.getAttribute('data-check'),
        line.getAttribute('data-standing'),
        line.querySelector('.reason')?.textContent,
      ]),
    );
const standings = () =>
  page.locator('article').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-standing')));
const written = (name: string, content: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};
const standing = ({ passed, required }: Check) => (passed ? 'passed' : required ? 'failed' : 'noted');

describe('the page, opened from a file', () => {
  it.each(names)('shows of %s every check that Node makes, with its sentence', async (name) => {
    await trust();
    await choose([golden(name)]);
    const { checks } = await verifyReceiptBytes(readFileSync(golden(name)), {
      issuerKeys: [sampleIssuer],
      allowDevelopmentKeys: true,
    });
    expect(await checksShown()).toEqual(checks.map((check) => [check.name, standing(check), check.reason]));
    expect(await standings()).toEqual(['valid']);
  });

  it('takes receipts that are dropped on it', async () => {
    const content = readFileSync(golden('basic'), 'utf8');
    const dropped = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
      return transfer;
    }, content);
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
    await page.locator('article').waitFor();
    expect(await page.locator('.file').textContent()).toBe('dropped.json');
    expect(await standings()).toEqual(['whole']);
  });

  it('can be worked with the keyboard alone', async () => {
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Tab');
    // by its answer the browser also knows that a chooser is waited for
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('files');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([golden('basic')]);
    await page.locator('article').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type(sampleIssuer.publicKey);
    await page.keyboard.press('Tab');
    await page.locator('article.valid').waitFor();
  });

  it('gives every field and table a name, for those who hear it', async () => {
    await choose([golden('basic'), golden('zero-knowledge')]);
    await page.locator('#wishes summary').click();
    for (const label of [
      'Issuer keys you trust',
      'Your context',
      'Level to hold it to',
      /Refuse development/,
    ])
      expect(await page.getByLabel(label).count()).toBe(1);
    expect(await page.getByRole('article', { name: 'Whole' }).count()).toBe(2);
    expect(await page.getByRole('navigation', { name: 'Receipts' }).count()).toBe(1);
    expect(await page.getByRole('table', { name: 'Payments for steps' }).count()).toBe(1);
    expect(await page.getByRole('status').textContent()).toBe('2 files checked, 0 not valid.');
    expect(
      await page.evaluate(() => [...document.querySelectorAll('h1,h2,h3')].map(({ tagName }) => tagName)[0]),
    ).toBe('H1');
  });

  it.each([
    ['light', 1100],
    ['dark', 1100],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'is readable in %s at a width of %i: contrast, and nothing to scroll sideways',
    async (scheme, width) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      const bad = written('bad.json', readFileSync(golden('basic'), 'utf8').replace('65000', '65001'));
      await choose([golden('basic-failed'), bad, golden('zero-knowledge')]);
      await page.locator('#wishes summary').click();
      for (const details of await page.locator('article summary').all()) await details.click();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(await page.evaluate(worstContrast)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

/** WCAG 2.2 contrast of every piece of text with what is behind it; runs in the page. */
function worstContrast(): number {
  const parts = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [r, g, b] = parts(color).map((value) => {
      const c = value / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const behind = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return (parts(backgroundColor)[3] ?? 1) === 0 ? behind(element.parentElement) : backgroundColor;
  };
  let worst = 21;
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    if (!hasText || element.closest('script, style, noscript, .unseen')) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort(
      (x, y) => y - x,
    );
    worst = Math.min(worst, (a! + 0.05) / (b! + 0.05));
  }
  return worst;
}

describe('files given beside receipts', () => {
  it('are read in a browser as well: a list of revocations, and it is forgotten again', async () => {
    const { receiptId } = JSON.parse(readFileSync(golden('basic'), 'utf8')).statement;
    const revoked = {
      receipt: receiptHash(receiptId),
      revokedAt: '2026-02-01T00:00:00.000Z',
      reason: 'Wrong.',
    };
    const list = {
      format: 'quittance-revocations/1',
      asOf: '2026-03-01T00:00:00.000Z',
      receipts: [revoked],
      keys: [],
    };
    await choose([golden('basic')]);
    expect(await standings()).toEqual(['whole']);
    await page.locator('#wishes summary').click();
    await page.setInputFiles('#revocations', [written('revocations.json', JSON.stringify(list))]);
    await page.locator('article[data-standing="invalid"]').waitFor();
    expect(await checksShown()).toContainEqual([
      'revocation',
      'failed',
      'Its issuer revoked it on 2026-02-01T00:00:00.000Z: Wrong.',
    ]);
    await page.locator('#clear').click();
    await page.locator('article[data-standing="whole"]').waitFor();
  });
});

describe('a hostile document', () => {
  const markup =
    '<img src="https://example.com/x" onerror="document.title=1"><script>document.title=1</script>';

  it('stays text: nothing of it runs or asks the network', async () => {
    const run = sampleRun({ level: 'basic', approver: markup.slice(0, 80) });
    const steps = run.steps.map((step) => ({ ...step, action: markup, reason: markup }));
    const { receipt } = issueReceipt({ ...run, steps }, sampleIssuer, sampleIssuedAt);
    await choose([written('<b>name<b>.json', JSON.stringify(receipt))]);
    expect(await standings()).toEqual(['whole']);
    expect(await page.locator('article img, article script, article b').count()).toBe(0);
    expect(await page.locator('article').textContent()).toContain(markup);
    expect(await page.title()).toBe('Check a receipt · Quittance');
  });

  it('is refused beside others, deep or large as it may be, and the page goes on', async () => {
    const large = written('large.json', `"${'a'.repeat(10 * 1024 * 1024)}"`);
    const deep = written('deep.json', '['.repeat(4_000_000));
    const wide = written('wide.json', `[${'1,'.repeat(2_000_000)}1]`);
    await choose([large, deep, wide, golden('basic')]);
    expect(await standings()).toEqual(['invalid', 'invalid', 'invalid', 'whole']);
  });

  it('of the most steps a receipt may have is shown', async () => {
    const steps = Array.from({ length: 512 }, (_, i) =>
      sampleStep(`step_${i}`, i + 1, i === 0 ? [] : [`step_${i - 1}`], { cost: 100n }),
    );
    const { receipt } = issueReceipt(sampleRun({ level: 'basic', steps }), sampleIssuer, sampleIssuedAt);
    await choose([written('long.json', JSON.stringify(receipt))]);
    expect(await standings()).toEqual(['whole']);
    expect(await page.locator('tbody tr').count()).toBe(1024);
  });

  it('cannot make the page reach out or run more: its own policy forbids it', async () => {
    await page.evaluate(async () => {
      await fetch('https://example.com/').catch(() => {});
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken"';
      const image = document.createElement('img');
      image.src = 'https://example.com/x.png';
      document.body.append(script, image);
    });
    for (const rule of ["connect-src 'none'", 'script-src', 'img-src data:'])
      expect(said.some((line) => line.includes(rule) && line.includes('violates'))).toBe(true);
    expect(said.filter((line) => !/violates|asked for/.test(line))).toEqual([]);
    expect(await page.title()).toBe('Check a receipt · Quittance');
    said = [];
  });
});

describe('the page, served', () => {
  it('is the same one, under the same policy', async () => {
    const server = fastify();
    serveVerificationPage(server);
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    const served = await browser.newPage();
    const asked: string[] = [];
    served.on('request', (request) => asked.push(request.url()));
    await served.goto(`${address}/verify`);
    await server.close();
    // the server is gone, the page works on
    await trust(served);
    await choose([golden('zero-knowledge')], served);
    expect(await served.locator('article').getAttribute('data-standing')).toBe('valid');
    expect(asked.filter((url) => url.startsWith('http'))).toEqual([`${address}/verify`]);
    await served.close();
  });
});
