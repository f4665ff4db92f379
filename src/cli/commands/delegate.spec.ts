import { afterAll, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { openDataFolder } from '../../embedded/data-folder.js';
import { rpcOf } from './delegate.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const missing = expect.objectContaining({ code: 'RPC_MISSING' });

it('the chain is the one that is named, or the one of the data folder', () => {
  const data = folder.path;
  expect(rpcOf({ rpc: 'http://node.example:8899', data })).toBe('http://node.example:8899');
  expect(() => rpcOf({ data })).toThrow(missing);
  const opened = openDataFolder(data);
  try {
    opened.publishRuntime({ api: 'http://127.0.0.1:1', rpcUrl: 'http://127.0.0.1:2' });
    expect(rpcOf({ data })).toBe('http://127.0.0.1:2');
    // of another installation we know no chain
    expect(() => rpcOf({ data, url: 'https://quittance.example' })).toThrow(missing);
    expect(() => rpcOf({ data, rpc: 'no address' })).toThrow(missing);
  } finally {
    opened.release();
  }
});
