import '../adapters/system/escaped-keys.js';
import { program } from './program.js';
import { refusalLines } from './show/refusal.js';

/** A reader that left early (`quittance list | head`) is no failure; neither is a terminal that was closed. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (error.code !== 'EIO') throw error;
  });

program(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${refusalLines(error).join('\n')}\n`);
    if (process.env['QUITTANCE_DEBUG']) console.error(error);
    process.exit(1);
  },
);
