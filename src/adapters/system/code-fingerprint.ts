import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rooms whose code decides what the state of an aggregate is, and what it means. */
const FOLDING = ['kernel', 'events', 'commands'];

/**
 * Names the way this program folds events: SHA-256 over the text of every module that has a part in it. Any change
 * of that code gives another name, so nobody has to remember to say that the shape of a state has changed.
 */
export function codeFingerprint(root: string = fileURLToPath(new URL('../../', import.meta.url))): string {
  const hash = createHash('sha256');
  for (const room of FOLDING)
    for (const file of modulesIn(join(root, room)))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, room, file)))
        .update('\0');
  return hash.digest('hex').slice(0, 32);
}

const modulesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|ts)$/.test(file) && !/\.(spec|d)\.ts$/.test(file))
    .sort();
