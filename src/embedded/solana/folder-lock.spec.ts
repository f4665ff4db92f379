import { writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { FolderLock } from './folder-lock.js';

const folder = `/nowhere/${process.pid}-${Date.now()}`;

it('a folder is one process’s at a time', async () => {
  const lock = await FolderLock.take(folder);
  await expect(FolderLock.take(folder, 0)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  await expect(FolderLock.take(`${folder}/../${folder.split('/').at(-1)}`, 0)).rejects.toMatchObject({
    code: 'DATA_FOLDER_IN_USE',
  });
  await lock.release();
});

it('a folder that was given back may be taken, and its successor waits for that', async () => {
  const lock = await FolderLock.take(folder);
  const successor = FolderLock.take(folder);
  await lock.release();
  await (await successor).release();
});

it('a lock left behind by a killed process holds nobody up', async () => {
  const first = await FolderLock.take(folder);
  const { path } = first;
  await first.release();
  writeFileSync(path, '');
  await (await FolderLock.take(folder, 0)).release();
});
