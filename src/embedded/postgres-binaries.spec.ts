import { chmodSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';
import { isSearchable, type PostgresBinaries, usable } from './postgres-binaries.js';

describe('the binaries of Postgres', () => {
  let folder: TemporaryFolder;
  let installed: PostgresBinaries;
  let copy: string | undefined;

  beforeEach(() => {
    folder = temporaryFolder();
    const native = join(folder.path, 'package', 'native');
    const bin = join(native, 'bin');
    mkdirSync(bin, { recursive: true });
    mkdirSync(join(native, 'lib'));
    installed = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    writeFileSync(installed.postgres, `a program of this spec ${process.pid}`, { mode: 0o755 });
    writeFileSync(join(native, 'lib', 'libpq.so.5.18'), 'a library');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => {
    if (copy) rmSync(copy, { recursive: true });
    copy = undefined;
    folder.remove();
  });

  it('get the links back that an install script would have made, also the second time', () => {
    usable(installed, false);
    expect(usable(installed, false)).toEqual(installed);
    expect(readlinkSync(join(folder.path, 'package/native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('stay where they are when every user can reach them', () => {
    chmodSync(folder.path, 0o755);
    expect(usable(installed, true)).toEqual(installed);
  });

  it('are copied out of a private folder for a user who may not enter it, once', () => {
    chmodSync(folder.path, 0o700);
    const { postgres } = usable(installed, true);
    copy = join(postgres, '..', '..');
    expect(postgres).not.toBe(installed.postgres);
    expect(isSearchable(join(postgres, '..'))).toBe(true);
    expect(readFileSync(postgres)).toEqual(readFileSync(installed.postgres));
    expect(readFileSync(join(copy, 'lib', 'libpq.so.5'), 'utf8')).toBe('a library');
    expect(usable(installed, true).postgres).toBe(postgres);
  });
});
