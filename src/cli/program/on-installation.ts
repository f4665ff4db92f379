import type { Command } from 'commander';

/** Is told how a command ended: the exit code. */
export type Done = (code: number) => void;

/** Adds a command that asks a running Quittance. */
export const onInstallation = (parent: Command, spec: string, description: string): Command =>
  parent
    .command(spec)
    .description(description)
    .option(
      '--url <url>',
      'address of a running Quittance (default: QUITTANCE_URL, or the one of the data folder)',
    )
    .option('--key <key>', 'its API key (default: QUITTANCE_API_KEY, or the one of the data folder)')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)');
