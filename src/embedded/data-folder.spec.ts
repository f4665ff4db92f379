import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';
import { type DataFolder, dataFolderPath, openDataFolder, readRuntime } from './data-folder.js';
import { identify } from './process-identity.js';

describe('the data folder', () => {
  let parent: TemporaryFolder;
  let path: string;
  const opened: DataFolder[] = [];
  const open = () => {
    const folder = openDataFolder(path);
    opened.push(folder);
    return folder;
  };
  const caught = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return error;
    }
    throw new Error('nothing was refused');
  };

  beforeEach(() => {
    parent = temporaryFolder();
    path = join(parent.path, 'below', 'data');
  });
  afterEach(() => {
    for (const folder of opened.splice(0)) folder.release();
    parent.remove();
  });

  it('is .data, or what QUITTANCE_DATA says', () => {
    expect(dataFolderPath({})).toBe(join(process.cwd(), '.data'));
    expect(dataFolderPath({ QUITTANCE_DATA: '/srv/quittance' })).toBe('/srv/quittance');
  });

  it('makes its secrets once, keeps them, and shows them to nobody else', () => {
    const first = open();
    const { settings } = first;
    expect(new Set([settings.masterKey, settings.apiKeyPepper, settings.postgresPassword]).size).toBe(3);
    expect(statSync(join(path, 'settings.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o755);
    first.release();
    expect(open().settings).toEqual(settings);
  });

  it('makes key pairs that sign', () => {
    const { receiptKey } = open().settings;
    const [x, d] = [receiptKey.publicKey, receiptKey.seed].map((hex) =>
      Buffer.from(hex, 'hex').toString('base64url'),
    );
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: x! } });
    const privateKey = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: x!, d: d! } });
    expect(
      verify(null, Buffer.from('receipt'), publicKey, sign(null, Buffer.from('receipt'), privateKey)),
    ).toBe(true);
  });

  it('remembers ports', () => {
    const first = open();
    first.rememberPorts({ nats: 4222 });
    first.rememberPorts({ postgres: 5432 });
    first.release();
    expect(open().settings.ports).toEqual({ nats: 4222, postgres: 5432 });
  });

  it('refuses a folder of a newer version, naming both, and leaves it as it is', () => {
    open().release();
    writeFileSync(join(path, 'format'), '7\n');
    expect(caught(open)).toMatchObject({ code: 'DATA_FOLDER_NEWER', figures: { found: 7, known: 1 } });
    expect(readFileSync(join(path, 'format'), 'utf8')).toBe('7\n');
    expect(existsSync(join(path, 'lock.json'))).toBe(false);
  });

  it('refuses damaged settings rather than replace keys that cannot be replaced', () => {
    open().release();
    const file = join(path, 'settings.json');
    const good = readFileSync(file, 'utf8');
    for (const damaged of [
      good.slice(0, 200),
      '',
      '[]',
      good.replace(/"masterKey": "../, '"masterKey": "zz'),
    ]) {
      writeFileSync(file, damaged);
      expect(caught(open)).toMatchObject({ code: 'SETTINGS_UNREADABLE' });
      expect(readFileSync(file, 'utf8')).toBe(damaged);
    }
    writeFileSync(file, good);
    expect(open().settings.masterKey).toBe(JSON.parse(good).masterKey);
  });

  it('belongs to one process at a time', () => {
    const first = open();
    expect(caught(open)).toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      figures: { folder: path, pid: process.pid },
    });
    first.release();
    expect(open().path).toBe(path);
  });

  it('is taken over from a process that was killed, but not from one that lives', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)']);
    await once(other, 'spawn');
    open().release();
    writeFileSync(join(path, 'lock.json'), JSON.stringify(identify(other.pid!)));
    const runtime = { api: 'http://127.0.0.1:1', pid: other.pid };
    writeFileSync(join(path, 'runtime.json'), JSON.stringify(runtime));
    expect(caught(open)).toMatchObject({ code: 'DATA_FOLDER_IN_USE', figures: { pid: other.pid } });
    expect(readRuntime(path)).toEqual(runtime);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(readRuntime(path)).toBeUndefined();
    open();
    expect(readRuntime(path)).toBeUndefined();
  });

  it('does not tell addresses that a process left which was killed before the one that starts now', () => {
    open();
    writeFileSync(join(path, 'runtime.json'), JSON.stringify({ api: 'http://127.0.0.1:1', pid: 2 ** 30 }));
    expect(readRuntime(path)).toBeUndefined();
  });

  it('is not kept by another program that was given the number of a dead one', () => {
    open().release();
    writeFileSync(join(path, 'lock.json'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    expect(open().path).toBe(path);
  });

  it('tells other programs where the stack runs, as long as it runs', () => {
    const folder = open();
    expect(readRuntime(path)).toBeUndefined();
    folder.publishRuntime({ api: 'http://127.0.0.1:3000' });
    expect(readRuntime(path)).toEqual({ api: 'http://127.0.0.1:3000', pid: process.pid });
    expect(statSync(join(path, 'runtime.json')).mode & 0o777).toBe(0o600);
    folder.release();
    expect(readRuntime(path)).toBeUndefined();
  });

  it('refuses a path that is no folder', () => {
    writeFileSync(join(parent.path, 'file'), '');
    path = join(parent.path, 'file', 'data');
    expect(caught(open)).toMatchObject({ code: 'DATA_FOLDER_FORBIDDEN', figures: { folder: path } });
  });
});
