/**
 * Makes dist/verify.html of what was compiled: one file that verifies receipts with no server and no network. Its
 * content security policy names program and style by their hashes, so that nothing else on it can ever run.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @param dist where the compiled sources are @returns the page */
export async function makePage(dist) {
  const folder = join(dist, 'verifier', 'page');
  const [page, style, program] = await Promise.all([
    readFile(join(folder, 'page.html'), 'utf8'),
    readFile(join(folder, 'page.css'), 'utf8'),
    bundle(join(folder, 'main.js')),
  ]);
  const parts = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy(program, style)}">`,
    style: `<style>${style}</style>`,
    program: `<script id="program">${program}</script>`,
  };
  return page.replace(/<!-- (policy|style|program) -->/g, (_, name) => parts[name]);
}

async function bundle(input) {
  const { rolldown } = await import('rolldown');
  const made = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
  try {
    const { output } = await made.generate({ format: 'iife', minify: true, comments: { legal: true } });
    const [{ imports, dynamicImports }] = output;
    // what is not found becomes an import of something outside, which a page has not
    if (imports.length + dynamicImports.length > 0)
      throw new Error(`the page has no ${[...imports, ...dynamicImports].join(', ')}`);
    if (output.length !== 1) throw new Error('the program of the page must be one file');
    const { code } = output[0];
    // the two texts that change how HTML reads a script
    if (/<!--|<\/?script/i.test(code)) throw new Error('the program cannot stand inside a page');
    return code;
  } finally {
    await made.close();
  }
}

/** `wasm-unsafe-eval` lets Poseidon be computed quickly; it allows WebAssembly, and no text to become a program. */
const policy = (program, style) =>
  [
    "default-src 'none'",
    `script-src '${hashOf(program)}' 'wasm-unsafe-eval'`,
    `style-src '${hashOf(style)}'`,
    'worker-src blob:',
    'img-src data:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
