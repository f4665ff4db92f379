import { Command, CommanderError, Option } from 'commander';
import { several, usdcFlag, wholeFlag } from './parse.js';
import { payoutCommands } from './program/payouts.js';

const LEVELS = ['basic', 'full', 'zero-knowledge'];
const PRIORITIES = ['high', 'normal', 'low'];

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
  const command = (spec: string, description: string) => root.command(spec).description(description);
  const onInstallation = (spec: string, description: string) => connected(command(spec, description));

  command('start', 'start everything on this machine, until Ctrl-C')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)')
    .option('--port <n>', 'port of the API (default: PORT or 5000)', wholeFlag(0, 65_535))
    .action(async (options) => {
      code = await (await import('./commands/start.js')).start(options);
    });

  command('demo', 'a fresh installation, one paid run without questions, its receipt verified')
    .option('--out <dir>', 'folder for the report, the chart and the receipt')
    .action(async (options) => {
      code = await (await import('./commands/demo.js')).demo(options);
    });

  onInstallation('run [request]', 'carry out a request: plan, approval, paid steps, result, receipt')
    .option('--input <file>', 'a file the request is about; may be given several times', several, [])
    .option('--max-cost <usdc>', 'most that may be spent', usdcFlag, 5)
    .option('--yes', 'approve any plan within --max-cost without asking')
    .addOption(new Option('--level <level>', 'of the receipt').choices(LEVELS).default('basic'))
    .option('--out <dir>', 'folder for what comes out (default: ./quittance-out/<workflow>)')
    .option('--plan <file>', 'a plan of your own as JSON, instead of a request')
    .option(
      '--wallet <file>',
      'key file of the wallet that pays, which signs here; nothing is taken from escrow',
    )
    .option(
      '--delegated',
      'the wallet has approved our delegate on the chain (mandate delegate), which signs',
    )
    .option(
      '--mandate <id>',
      'approves a plan within its limits without asking; you are asked about any other',
    )
    .option('--json', 'the outcome as JSON on stdout, progress on stderr')
    .action(async (words, options) => {
      code = await (await import('./commands/run.js')).run(words, options);
    });

  command('facilitator', 'an x402 facilitator for a Solana of your choice, until Ctrl-C')
    .requiredOption('--rpc <url>', 'JSON-RPC of a Solana node')
    .requiredOption('--network <caip2>', 'CAIP-2 id of its network')
    .option('--data <dir>', 'where its key and books are kept', './.facilitator')
    .option('--port <n>', 'port it listens on', wholeFlag(0, 65_535), 4021)
    .option('--host <address>', 'address it listens on', '127.0.0.1')
    .action(async (options) => {
      code = await (await import('./commands/facilitator.js')).facilitator(options);
    });

  command('verify <receipts...>', 'check receipts, without network; several at once share what proofs cost')
    .option('--key <hex>', 'public key of an issuer you trust; may be given several times', several, [])
    .option('--any-issuer', 'accept whoever signed it: shows that it is whole, not who wrote it')
    .option('--production', 'refuse proofs made with development keys')
    .addOption(new Option('--level <level>', 'hold it to this level').choices([...LEVELS, 'signed']))
    .option('--context <decimal>', 'the context the proof must have been made for')
    .option('--content <step/role=file>', 'a content to compare; may be given several times', several, [])
    .option('--keys <file>', 'keys an installation published: /.well-known/quittance-keys.json')
    .option('--log-key <key>', 'key of the log the receipts must be in: <name>+<hash>+<base64>')
    .option('--revocations <file>', 'what an issuer took back: /.well-known/quittance-revocations.json')
    .option('--receipt <file>', 'the receipt that a disclosed step must belong to')
    .option('--data <dir>', 'data folder whose own keys are trusted when none are given')
    .option('--json', 'the verdict as JSON')
    .action(async (files, options) => {
      code = await (await import('./commands/verify.js')).verify(files, options);
    });

  onInstallation(
    'disclose <receipt>',
    'show one step of a run (receipt or workflow id), and nothing of the others',
  )
    .requiredOption('--step <id>', 'the step')
    .option(
      '--show <what>',
      'input, output, cost or executor; may be given several times (default: all)',
      several,
      [],
    )
    .option('--context <decimal>', 'chosen by whoever will verify it, so that it convinces nobody else')
    .option('--openings', 'add the salts: contents, and guesses of them, can then be confirmed')
    .option('--out <dir>', 'folder for the document', '.')
    .option('--json', 'the document on stdout')
    .action(async (id, options) => {
      code = await (await import('./commands/disclose.js')).disclose(id, options);
    });

  const receipts = command('receipt', 'receipts of runs that are over');
  connected(receipts.command('upgrade <receipt>'))
    .description('have it proven in zero knowledge (receipt or workflow id)')
    .action(async (id, options) => {
      code = await (await import('./commands/disclose.js')).upgradeReceipt(id, options);
    });

  receipts
    .command('jws <file>')
    .description('its signature as one JWS with the statement in it, for any tool that verifies JWS')
    .action(async (file) => {
      code = (await import('./commands/receipt-jws.js')).receiptJws(file);
    });

  const log = command('log', 'the transparency log that every receipt is in');
  log
    .command('check')
    .description('whether the log is still what it was when it was looked at last')
    .option('--url <url>', 'address of the Quittance that keeps it (default: the one of the data folder)')
    .option('--log-key <key>', 'its key; taken from itself and remembered when left out')
    .option('--seen <file>', 'where it is remembered (default: log-seen.json in the data folder)')
    .option('--full', 'read every entry as well')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/log.js')).logCheck(options);
    });

  const keys = command('keys', 'the keys receipts are signed with, for operators');
  connected(keys.command('list').description('which key signs, which ones did'))
    .option('--json', 'as published: what `verify --keys` takes')
    .action(async (options) => {
      code = await (await import('./commands/keys.js')).keysList(options);
    });
  connected(
    keys.command('rotate').description('sign with a new key from now on; what was signed stays valid'),
  ).action(async (options) => {
    code = await (await import('./commands/keys.js')).keysRotate(options);
  });
  connected(keys.command('revoke <keyId>').description('believe nothing a former key signed from a time on'))
    .requiredOption('--reason <text>', 'published with it')
    .option('--from <time>', 'ISO 8601 with milliseconds; now when left out')
    .action(async (keyId, options) => {
      code = await (await import('./commands/keys.js')).keysRevoke(keyId, options);
    });

  onInstallation('revoke <receipt>', 'take back a receipt, for good; for operators')
    .requiredOption('--reason <text>', 'published with it')
    .action(async (id, options) => {
      code = await (await import('./commands/keys.js')).revokeReceipt(id, options);
    });

  onInstallation('audit <workflow>', 'what happened, event by event')
    .option('--json', 'as JSON')
    .action(async (id, options) => {
      code = await (await import('./commands/audit.js')).audit(id, options);
    });

  onInstallation('state <workflow>', 'the state of a workflow after a revision, as JSON')
    .option('--at <revision>', 'the newest when left out', wholeFlag(0, 1_000_000_000))
    .action(async (id, options) => {
      code = await (await import('./commands/audit.js')).state(id, options);
    });

  onInstallation('status <workflow>', 'a workflow with its plan and payments')
    .option('--json', 'as JSON')
    .action(async (id, options) => {
      code = await (await import('./commands/look.js')).status(id, options);
    });

  onInstallation('list', 'your workflows, newest first')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 20)
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/look.js')).list(options);
    });

  onInstallation('services', 'the paid services plans can use')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/look.js')).services(options);
    });

  onInstallation('balance', 'what is available and what is held in your escrow')
    .option('--user <id>', 'yours when left out')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/look.js')).balance(options);
    });

  const escrow = command('escrow', 'your prepaid account');
  connected(escrow.command('history').description('what moved in it, newest first, and what was left'))
    .option('--user <id>', 'yours when left out')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 20)
    .option('--cursor <text>', 'where the last page ended')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/escrow.js')).history(options);
    });
  connected(escrow.command('statement').description('a month of it: opening, entries, totals, closing'))
    .option('--month <yyyy-mm>', 'in UTC (default: the present one)')
    .option('--user <id>', 'yours when left out')
    .addOption(new Option('--csv', 'for a spreadsheet').conflicts('json'))
    .option('--json', 'as JSON')
    .option('--out <file>', 'write it there instead of the screen')
    .action(async (options) => {
      code = await (await import('./commands/escrow.js')).statement(options);
    });
  connected(escrow.command('withdraw').description('take money out, to a wallet that is linked to you'))
    .argument('<amount>', 'in USDC', usdcFlag)
    .requiredOption('--to <wallet>', 'address of the wallet')
    .option('--user <id>', 'yours when left out')
    .option('--json', 'how it ended as JSON on stdout')
    .action(async (amount, options) => {
      code = await (await import('./commands/withdraw.js')).withdraw(amount, options);
    });

  onInstallation('approve <workflow>', 'approve the plan of a workflow that waits for it')
    .option('--yes', 'without showing it first')
    .action(async (id, options) => {
      code = await (await import('./commands/decide.js')).approve(id, options);
    });

  onInstallation('cancel <workflow>', 'cancel a workflow; steps in flight still finish')
    .option('--reason <text>')
    .action(async (id, options) => {
      code = await (await import('./commands/decide.js')).cancel(id, options);
    });

  onInstallation('batch <file>', 'a run for each line of a file: an item as JSON, or a request in words')
    .option('--template <file>', 'what all share, as JSON: a request with {places}, or a plan')
    .addOption(new Option('--priority <p>', 'of their work').choices(PRIORITIES).default('low'))
    .option('--detach', 'do not wait for them')
    .option('--json', 'how it ended as JSON on stdout')
    .action(async (file, options) => {
      code = await (await import('./commands/batch.js')).batch(file, options);
    });

  onInstallation('batch-status <batch>', 'how far a batch is, and what failed')
    .option('--json', 'as JSON')
    .action(async (id, options) => {
      code = await (await import('./commands/batch.js')).batchStatus(id, options);
    });

  onInstallation('batch-cancel <batch>', 'make no more of its runs, and cancel those that are open').action(
    async (id, options) => {
      code = await (await import('./commands/batch.js')).batchCancel(id, options);
    },
  );

  onInstallation('confirm <workflow> <step>', 'let a step go on that waits for your word').action(
    async (id, step, options) => {
      code = await (await import('./commands/decide.js')).answerStep(id, step, 'confirm', options);
    },
  );

  onInstallation('decline <workflow> <step>', 'stop a step that waits for your word').action(
    async (id, step, options) => {
      code = await (await import('./commands/decide.js')).answerStep(id, step, 'decline', options);
    },
  );

  onInstallation('signal <workflow> <name>', 'tell a run what one of its steps waits for')
    .option('--payload <json>', 'what the step gives: JSON, or @file with JSON in it')
    .option('--id <id>', 'of your own: the same id again is the same signal')
    .action(async (id, name, options) => {
      code = await (await import('./commands/signal.js')).signal(id, name, options);
    });

  onInstallation(
    'pause <workflow>',
    'let nothing new start; what is in flight finishes, the deadline waits',
  ).action(async (id, options) => {
    code = await (await import('./commands/decide.js')).pause(id, options);
  });

  onInstallation(
    'resume <workflow>',
    'let a paused workflow go on; steps that used up their attempts get new ones',
  )
    .option('--skip <step>', 'go on without it; may be given several times', several, [])
    .action(async (id, options) => {
      code = await (await import('./commands/decide.js')).resume(id, options);
    });

  onInstallation('retry <workflow>', 'run a workflow again that failed or expired, keeping what completed')
    .option('--restart', 'plan it anew and keep nothing')
    .action(async (id, options) => {
      code = await (await import('./commands/again.js')).retry(id, options);
    });

  onInstallation('refund <payment>', 'ask for a payment back that was not answered').action(
    async (id, options) => {
      code = await (await import('./commands/refund.js')).refund(id, options);
    },
  );

  onInstallation('rate <workflow>', 'say what the result was worth')
    .argument('<stars>', 'from 1 to 5', wholeFlag(1, 5))
    .option('--comment <text>')
    .action(async (id, stars, options) => {
      code = await (await import('./commands/again.js')).rate(id, stars, options);
    });

  onInstallation('fork <workflow>', 'a new workflow from a step of one that is over, keeping what was paid')
    .requiredOption('--from <step>', 'the first step that runs again, such as step_3')
    .option('--set <step.name=value>', 'another parameter of a step; several times', several, [])
    .option('--expression <step=jsonata>', 'another input of a step; several times', several, [])
    .option('--service <step=service>', 'another service for a step; several times', several, [])
    .option('--request <text>', 'the request in other words, for the steps that run again')
    .option('--max-cost <usdc>', 'most that the rest may cost', usdcFlag)
    .option('--yes', 'approve what is left within --max-cost without asking')
    .option('--out <dir>', 'folder for what comes out (default: ./quittance-out/<workflow>)')
    .option('--json', 'the outcome as JSON on stdout, progress on stderr')
    .action(async (id, options) => {
      code = await (await import('./commands/fork.js')).fork(id, options);
    });

  const mandate = command('mandate', 'plans your wallet approves in advance');
  const onMandate = (spec: string, description: string) =>
    connected(mandate.command(spec).description(description));

  onMandate('grant', 'approve plans in advance: the message is signed here')
    .requiredOption('--total <usdc>', 'most that all of them may cost', usdcFlag)
    .option('--per-plan <usdc>', 'most that one may cost (default: the total)', usdcFlag)
    .option('--recipient <address>', 'who may be paid; several times (default: anybody)', several, [])
    .option('--days <n>', 'how long it lasts', wholeFlag(1, 365), 30)
    .option('--wallet <file>', 'key file of your wallet (default: the one of the data folder)')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/mandate.js')).mandateGrant(options);
    });

  onMandate('list', 'yours, with what is left of each')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/mandate.js')).mandateList(options);
    });

  onMandate('delegate', 'whom your wallet approves on the chain, so that money stays in it until it is paid')
    .option('--limit <usdc>', 'approve it for so much in all, signed here; 0 ends it', usdcFlag)
    .option('--wallet <file>', 'key file of your wallet (default: the one of the data folder)')
    .option('--rpc <url>', 'JSON-RPC of a Solana node (default: the one of the data folder)')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/delegate.js')).mandateDelegate(options);
    });

  onMandate('revoke <id>', 'end one at once; runs it has approved go on').action(async (id, options) => {
    code = await (await import('./commands/mandate.js')).mandateRevoke(id, options);
  });

  const monitor = onInstallation('monitor', 'components, queues and breakers on one screen, for operators')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/monitor.js')).monitor(options);
    });
  connected(monitor.command('waiting').description('what each user and each service waits for, and why'))
    .option('--json', 'as JSON')
    .action(async (_own, waiting: Command) => {
      const options = waiting.optsWithGlobals();
      code = await (await import('./commands/monitor-waiting.js')).monitorWaiting(options);
    });

  const ops = command('ops', 'what operators do about money');
  connected(ops.command('reconcile').description('compare ledger, accounts and chain; 1 when they differ'))
    .option('--last', 'show the last comparison instead of making one')
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/ops.js')).reconcile(options);
    });
  connected(ops.command('freeze <user>').description('nothing more is reserved of an account or withdrawn'))
    .requiredOption('--reason <text>', 'its owner reads it')
    .action(async (id, options) => {
      code = await (await import('./commands/ops.js')).freeze(id, true, options);
    });
  connected(ops.command('unfreeze <user>').description('let a frozen account go on'))
    .requiredOption('--reason <text>', 'its owner reads it')
    .action(async (id, options) => {
      code = await (await import('./commands/ops.js')).freeze(id, false, options);
    });

  payoutCommands(root, connected, (ended) => {
    code = ended;
  });

  const dead = command('dead', 'jobs that were given up, for operators');
  const onDeadJob = (spec: string, description: string) =>
    connected(dead.command(spec).description(description));

  onDeadJob('list', 'in the order they were queued')
    .option('--workflow <id>', 'of one workflow')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 50)
    .option('--json', 'as JSON')
    .action(async (options) => {
      code = await (await import('./commands/dead.js')).deadList(options);
    });

  onDeadJob('show <id>', 'its ids, and why it died')
    .option('--json', 'as JSON')
    .action(async (id, options) => {
      code = await (await import('./commands/dead.js')).deadShow(id, options);
    });

  onDeadJob('edit <id>', 'replace ids it carries')
    .requiredOption('--set <name=value>', 'may be given several times', several, [])
    .action(async (id, options) => {
      code = await (await import('./commands/dead.js')).deadEdit(id, options);
    });

  onDeadJob('rerun <id>', 'give it back to the workers').action(async (id, options) => {
    code = await (await import('./commands/dead.js')).deadRerun(id, options);
  });

  onDeadJob('drop <id>', 'give it up for good').action(async (id, options) => {
    code = await (await import('./commands/dead.js')).deadDrop(id, options);
  });

  try {
    await root.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // commander has said what was wrong, or has shown the help that was asked for
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

const connected = (command: Command): Command =>
  command
    .option(
      '--url <url>',
      'address of a running Quittance (default: QUITTANCE_URL, or the one of the data folder)',
    )
    .option('--key <key>', 'its API key (default: QUITTANCE_API_KEY, or the one of the data folder)')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)');
