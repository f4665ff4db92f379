import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Wallet } from './wallet.js';
import { verifyWalletSignature } from './wallet-signature.js';

const folder = mkdtempSync(join(tmpdir(), 'wallet-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a wallet', () => {
  const path = join(folder, 'wallet.json');

  it('is made on first use, for its owner only, and is the same ever after', async () => {
    const first = await Wallet.open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await Wallet.open(path)).address).toBe(first.address);
  });

  it('is a file that Solana’s own tools read: 64 numbers', async () => {
    const numbers = JSON.parse(readFileSync(path, 'utf8')) as number[];
    expect(numbers).toHaveLength(64);
  });

  it('proves that it is owned', async () => {
    const wallet = await Wallet.open(path);
    const signature = await wallet.sign('it is mine');
    expect(await verifyWalletSignature(wallet.address, 'it is mine', signature)).toBe(true);
  });

  it.each(['', '{}', '[1,2,3]', JSON.stringify(Array(64).fill(256)), JSON.stringify(Array(64).fill('1'))])(
    'that is damaged is refused and left as it is: %s',
    async (content) => {
      const damaged = join(folder, 'damaged.json');
      writeFileSync(damaged, content);
      await expect(Wallet.open(damaged)).rejects.toMatchObject({ code: 'KEY_FILE_DAMAGED' });
      expect(readFileSync(damaged, 'utf8')).toBe(content);
    },
  );

  it('whose halves do not belong together is refused', async () => {
    const mixed = join(folder, 'mixed.json');
    writeFileSync(mixed, JSON.stringify(Array(64).fill(7)));
    await expect(Wallet.open(mixed)).rejects.toThrow();
  });
});
