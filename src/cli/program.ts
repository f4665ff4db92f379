import { Command, CommanderError } from 'commander';
import { afterwardsCommands } from './program/afterwards.js';
import { approvalCommands } from './program/approval.js';
import { batchCommands } from './program/batch.js';
import { deadCommands } from './program/dead.js';
import { escrowCommands } from './program/escrow.js';
import { facilitatorCommand } from './program/facilitator.js';
import { keyCommands } from './program/keys.js';
import { logCommands } from './program/log.js';
import { lookCommands } from './program/look.js';
import { mandateCommands } from './program/mandate.js';
import { monitorCommands } from './program/monitor.js';
import { opsCommands } from './program/ops.js';
import { parkedCommands } from './program/parked.js';
import { payoutCommands } from './program/payouts.js';
import { receiptCommands } from './program/receipts.js';
import { runCommand } from './program/run.js';
import { startCommands } from './program/start.js';
import { underWayCommands } from './program/under-way.js';
import { verifyCommand } from './program/verify.js';

/** In the order in which help names them. */
const COMMANDS = [
  startCommands,
  runCommand,
  facilitatorCommand,
  verifyCommand,
  receiptCommands,
  logCommands,
  keyCommands,
  lookCommands,
  escrowCommands,
  approvalCommands,
  batchCommands,
  underWayCommands,
  afterwardsCommands,
  mandateCommands,
  monitorCommands,
  opsCommands,
  payoutCommands,
  parkedCommands,
  deadCommands,
];

/**
 * Reads the command line and carries it out. Each command is loaded only when it is asked for: verifying a receipt
 * needs no server's code.
 * @returns the exit code
 */
export async function program(args: readonly string[]): Promise<number> {
  let code = 0;
  const root = new Command('quittance')
    .description(
      'Plans a request in plain words, pays for what it needs, and ends with a receipt anybody can verify.',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: false });
  const done = (ended: number) => {
    code = ended;
  };
  for (const add of COMMANDS) add(root, done);
  try {
    await root.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // commander has said what was wrong, or has shown the help that was asked for
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}
