import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.js';

const BIN = fileURLToPath(new URL('../../bin/quittance.mjs', import.meta.url));
const folder = temporaryFolder();
// an embedded Postgres of root runs as another user, which must reach it
chmodSync(folder.path, 0o755);
const temporary = join(folder.path, 'tmp');
mkdirSync(temporary, { mode: 0o755 });
const running = new Set<ChildProcess>();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a shell would, in a folder of its own and where nobody can be asked. */
function quittance(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder.path,
    env: { ...withoutServers(), NO_COLOR: '1', TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  return new Promise((resolve) =>
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, ...said });
    }),
  );
}

/** jest's own options are not the program's, and neither is what this machine is set up for. */
function withoutServers(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, QUITTANCE_DATA, QUITTANCE_URL, QUITTANCE_API_KEY, ...env } = process.env;
  return env;
}

afterAll(async () => {
  // each of them takes its servers along
  for (const child of running) child.kill('SIGTERM');
  folder.remove();
});

const RECEIPT = join('quittance-out', 'demo', 'receipt.json');

describe('the demo', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await quittance('demo');
  });

  it('ends with exit code 0, having shown a plan, payments and a verified proof', () => {
    expect(ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('at ') });
    expect(ended.stdout).toMatch(/6 steps by 6 services/);
    expect(ended.stdout).toMatch(/✓ proof +The proof of workflow-receipt-8 holds/);
    expect(ended.stdout).toMatch(/One digit of the total cost changed: refused/);
    expect(ended.stdout).toMatch(/One digit of the proof changed: refused/);
    expect(ended.stdout).toContain('All of it held.');
  });

  it('leaves the report, its chart and the receipt, and nothing else', () => {
    const out = join(folder.path, 'quittance-out', 'demo');
    expect(readdirSync(out).sort()).toEqual(['chart.svg', 'receipt.json', 'result.html']);
    expect(readFileSync(join(out, 'result.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/);
    expect(readFileSync(join(out, 'chart.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(existsSync(join(folder.path, '.data'))).toBe(false);
    expect(readdirSync(temporary).filter((name) => name.includes('demo'))).toEqual([]);
  });

  it('colours nothing where NO_COLOR is set', () => expect(ended.stdout).not.toContain('\u001b'));

  it('paid each step once, by transactions of its own', () => {
    const signatures = ended.stdout.match(/\b[1-9A-HJ-NP-Za-km-z]{86,88}\b/g) ?? [];
    expect(signatures).toHaveLength(6);
    expect(new Set(signatures).size).toBe(6);
  });

  describe('verifying its receipt with nothing running', () => {
    const receipt = () => JSON.parse(readFileSync(join(folder.path, RECEIPT), 'utf8'));
    const key = () => receipt().signature.publicKey as string;

    it('succeeds by the key of its issuer', async () => {
      const { code, stdout } = await quittance(
        'verify',
        RECEIPT,
        '--key',
        key(),
        '--level',
        'zero-knowledge',
      );
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ Valid') });
    });

    it('says that nobody vouches for the issuer where no key is trusted', async () => {
      const { code, stdout } = await quittance('verify', RECEIPT);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Nobody vouches') });
    });

    it.each([
      ['another issuer is trusted', ['--key', 'ab'.repeat(32)]],
      ['development keys are refused', ['--any-issuer', '--production']],
      ['another context is expected', ['--any-issuer', '--context', '12345']],
      ['it is to disclose its steps', ['--any-issuer', '--level', 'basic']],
    ])('fails where %s', async (_, flags) =>
      expect((await quittance('verify', RECEIPT, ...flags)).code).toBe(1),
    );

    it('fails with one digit changed, and names the check', async () => {
      const changed = receipt();
      changed.statement.totalCost = '47999';
      writeFileSync(join(folder.path, 'changed.json'), JSON.stringify(changed));
      const { code, stdout } = await quittance('verify', 'changed.json', '--any-issuer', '--json');
      expect(code).toBe(1);
      const failed = JSON.parse(stdout).checks.filter(
        (check: { required: boolean; passed: boolean }) => check.required && !check.passed,
      );
      expect(failed.map(({ name }: { name: string }) => name)).toEqual(['signature']);
    });

    it('tells the bad one of several, by its name', async () => {
      const changed = receipt();
      const [x] = changed.proof.proof.pi_a;
      changed.proof.proof.pi_a[0] = x.slice(0, -1) + ((Number(x.at(-1)) + 1) % 10);
      writeFileSync(join(folder.path, 'bad.json'), JSON.stringify(changed));
      const files = [RECEIPT, 'bad.json', RECEIPT, 'missing.json'];
      const { code, stdout } = await quittance('verify', ...files, '--key', key(), '--json');
      const { valid, invalid, receipts } = JSON.parse(stdout);
      expect({ code, valid, invalid }).toEqual({
        code: 1,
        valid: false,
        invalid: ['bad.json', 'missing.json'],
      });
      expect(receipts.map((each: { valid: boolean }) => each.valid)).toEqual([true, false, true, false]);
    });

    it('refuses a member that is there twice, which programs read differently', async () => {
      const text = readFileSync(join(folder.path, RECEIPT), 'utf8');
      writeFileSync(join(folder.path, 'twice.json'), text.replace('{', '{"format":"quittance-receipt/1",'));
      const { code, stdout } = await quittance('verify', 'twice.json', '--key', key());
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('format is there twice') });
    });

    it.each([
      ['no receipt.json', 'missing.json', 'does not exist'],
      ['a file that is no JSON', join('quittance-out', 'demo', 'chart.svg'), 'is not JSON'],
    ])('refuses %s in a sentence', async (_, file, sentence) => {
      const { code, stderr } = await quittance('verify', file);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) });
    });
  });
});

describe('the command line refuses, starting nothing,', () => {
  it.each([
    ['a run that nobody can approve', ['run', 'Analyse these prices'], 'Add --yes'],
    ['a run without a request', ['run', '--yes'], 'Say what you want'],
    [
      'a request and a plan at once',
      ['run', 'Analyse these prices', '--plan', 'p.json', '--yes'],
      'not both',
    ],
    ['an input that does not exist', ['run', 'Analyse these prices', '--yes', '--input', 'no.csv'], 'no.csv'],
    ['an amount that is none', ['run', 'Analyse these prices', '--max-cost', 'five'], 'such as 5 or 0.25'],
    ['a level that is none', ['run', 'Analyse these prices', '--level', 'best'], 'zero-knowledge'],
    ['an unknown command', ['pay'], "unknown command 'pay'"],
    ['reading where nothing runs', ['list'], 'quittance start'],
    ['an address without a key', ['list', '--url', 'http://127.0.0.1:1'], 'API key'],
    [
      'an address where nobody listens',
      ['list', '--url', 'http://127.0.0.1:1', '--key', 'k'],
      'No Quittance answers',
    ],
  ])('%s', async (_, args, sentence) => {
    const { code, stderr } = await quittance(...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) });
    expect(stderr).not.toMatch(/^ +at /m);
    expect(existsSync(join(folder.path, '.data'))).toBe(false);
  });

  it('a start on a port in use', async () => {
    const server = createServer();
    const port = await new Promise<number>((listening) =>
      server.listen(0, '127.0.0.1', () => listening((server.address() as { port: number }).port)),
    );
    try {
      const { code, stderr } = await quittance('start', '--port', `${port}`);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(`port ${port} of 127.0.0.1`),
      });
      expect(existsSync(join(folder.path, '.data'))).toBe(false);
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it('a start on a folder of a newer version', async () => {
    writeFileSync(join(folder.path, 'format'), '99\n');
    const { code, stderr } = await quittance('start', '--port', '0', '--data', folder.path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('newer version') });
  });
});
