import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../dist/embedded/postgres.js';

const CHAIN = fileURLToPath(new URL('../../dist/embedded/chain.process.js', import.meta.url));
const SELLER = fileURLToPath(new URL('./seller.mjs', import.meta.url));

/** A durable Postgres, the chain with its facilitator, and a seller, each a process of its own. */
export async function openHouse() {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-payments-'));
  const ends = [];
  const close = async () => {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  };
  const child = async (file, args, env) => {
    const process_ = fork(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    ends.push(async () => {
      if (process_.exitCode !== null) return;
      const ended = once(process_, 'exit');
      process_.kill('SIGTERM');
      await ended;
    });
    const [said] = await once(process_, 'message');
    if (!said.ready) throw new Error(`${file}: ${JSON.stringify(said)}`);
    return { process: process_, ...said.ready };
  };
  try {
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
    ends.push(() => postgres.stop());
    const chain = await child(CHAIN, [], { CHAIN_DATA_DIR: join(folder, 'chain') });
    const { facilitatorUrl, rpcUrl, network, mint: asset } = chain;
    const options = { dataDir: join(folder, 'seller'), facilitatorUrl, rpcUrl, network, asset };
    const seller = await child(SELLER, [JSON.stringify(options)], {});
    const works = async () => {
      seller.process.send('works?');
      const [{ works }] = await once(seller.process, 'message');
      return works;
    };
    return { databaseUrl: postgres.url, chain, seller, works, close };
  } catch (error) {
    await close();
    throw error;
  }
}
