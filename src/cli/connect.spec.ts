import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../test/kit/folder.js';
import { openDataFolder } from '../embedded/data-folder.js';
import { requireInstallation, runningInstallation } from './connect.js';

const folder = temporaryFolder();
const data = join(folder.path, 'data');
afterAll(() => folder.remove());
const RUNTIME = { api: 'http://127.0.0.1:5999', apiKey: 'qk_own', userId: 'user_1' };

describe('the installation a command uses', () => {
  it('is none where none is named and none runs', () => {
    expect(runningInstallation({ data }, {})).toBeUndefined();
    expect(() => requireInstallation({ data })).toThrow(expect.objectContaining({ code: 'NOT_RUNNING' }));
  });

  it('is the running one of the data folder', () => {
    const opened = openDataFolder(data);
    try {
      opened.publishRuntime(RUNTIME);
      const found = runningInstallation({ data }, {});
      expect(found).toMatchObject({ userId: 'user_1', client: { url: RUNTIME.api, apiKey: 'qk_own' } });
    } finally {
      opened.release();
    }
  });

  it('is not one that was killed and left its addresses behind', () => {
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'runtime.json'), JSON.stringify(RUNTIME));
    writeFileSync(join(data, 'lock.json'), JSON.stringify({ pid: 2 ** 30, started: '1' }));
    expect(runningInstallation({ data }, {})).toBeUndefined();
  });

  it('is the one the environment names, unless a flag names another', () => {
    const env = { QUITTANCE_URL: 'http://127.0.0.1:1', QUITTANCE_API_KEY: 'qk_env' };
    expect(runningInstallation({ data }, env)?.client).toMatchObject({
      url: env.QUITTANCE_URL,
      apiKey: 'qk_env',
    });
    expect(runningInstallation({ url: 'http://127.0.0.1:2', key: 'qk_flag' }, env)?.client).toMatchObject({
      url: 'http://127.0.0.1:2',
      apiKey: 'qk_flag',
    });
  });

  it('needs a key and an http address', () => {
    expect(() => runningInstallation({ url: 'http://127.0.0.1:2' }, {})).toThrow('Give the API key');
    expect(() => runningInstallation({ url: 'ftp://x', key: 'k' }, {})).toThrow('is not an http address');
  });
});
