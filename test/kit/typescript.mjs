/** `node --import ./test/kit/typescript.mjs file.ts` runs TypeScript as it stands, by the compiler of the build. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

registerHooks({
  /** Imports say `.js`, as the compiled files will; before they are compiled the file beside it ends in `.ts`. */
  resolve(specifier, context, next) {
    if (/^(\.{1,2}\/|file:)/.test(specifier) && specifier.endsWith('.js')) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const { code } = transformFileSync(fileURLToPath(url), { sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
