import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of our package.json, whether this file runs from src/ or from dist/. */
export function packageRoot(from: string = dirname(fileURLToPath(import.meta.url))): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'quittance') return from;
  const above = dirname(from);
  if (above === from) throw new Error('no package.json of quittance above this file');
  return packageRoot(above);
}
