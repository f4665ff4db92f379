import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engines } from './engines/index.mjs';

/** Starts an engine on a fresh folder and ends both. What it logged is shown when the measurement fails. */
export async function withEngine(name, { root, env = {} }, measure) {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-bench-'));
  try {
    const engine = await engines[name]({ root, dir, env });
    try {
      return await measure(engine);
    } finally {
      await engine.stop();
    }
  } catch (error) {
    for (const log of ['quittance.log', 'servers.log', 'restate.log', 'service.log'].map((file) =>
      join(dir, file),
    ))
      if (existsSync(log)) console.error(`--- ${log}\n${readFileSync(log, 'utf8').slice(-1_500)}`);
    throw error;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
