import { program } from './program.js';
import { refusalLines } from './show/refusal.js';

/** A reader that left early (`quittance list | head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exit(await program(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${refusalLines(error).join('\n')}\n`);
  if (process.env['QUITTANCE_DEBUG']) console.error(error);
  process.exit(1);
}
