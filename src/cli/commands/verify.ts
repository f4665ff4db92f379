import pc from 'picocolors';
import { dataFolderPath } from '../../embedded/data-folder.js';
import { Refusal } from '../../kernel/errors.js';
import { parseNoteKey } from '../../kernel/log/note.js';
import {
  type Contents,
  NOT_PROVEN,
  plainContentOf,
  readDocument,
  successorsOf,
  type TrustedLog,
  type Verdict,
  type VerifyOptions,
  withoutEnvelope,
} from '../../verifier/index.js';
import { readBytes } from '../input-files.js';
import { readRevocations, type TrustedIssuers, trustedIssuers } from '../issuer-keys.js';
import { Screen } from '../show/screen.js';
import { verdictLines, verdictsLines } from '../show/verdict-lines.js';
import { verifyFiles } from '../verify-files.js';

export interface VerifyFlags {
  readonly key: readonly string[];
  readonly content: readonly string[];
  readonly anyIssuer?: boolean;
  readonly production?: boolean;
  readonly level?: NonNullable<VerifyOptions['level']>;
  readonly context?: string;
  readonly keys?: string;
  readonly logKey?: string;
  readonly revocations?: string;
  readonly receipt?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/**
 * Checks receipts with nothing but the files and the keys one trusts.
 * @returns the exit code: 0 when every required check of every receipt passed
 */
export async function verify(files: readonly string[], flags: VerifyFlags): Promise<number> {
  const { key, anyIssuer = false, level, context } = flags;
  const trusted = trustedIssuers(key, {
    dataFolder: flags.data ?? dataFolderPath(),
    anyIssuer,
    ...(flags.keys !== undefined && { keysFile: flags.keys }),
  });
  const log = trustedLog(flags.logKey, trusted);
  const verdicts = await verifyFiles(files, {
    issuerKeys: trusted.keys,
    allowDevelopmentKeys: flags.production !== true,
    ...(log && { log }),
    ...(flags.revocations !== undefined && { revocations: readRevocations(flags.revocations) }),
    ...(flags.receipt !== undefined && { receipt: withoutEnvelope(readDocument(readBytes(flags.receipt))) }),
    ...(level !== undefined && { level }),
    ...(context !== undefined && { context: contextOf(context) }),
    ...(flags.content.length > 0 && { contents: contentsOf(flags.content) }),
  });
  const [first, ...more] = verdicts;
  if (more.length > 0) sayMany(files, verdicts, trusted.from, flags);
  else sayOne(files[0]!, first!, trusted.from, flags);
  return verdicts.every(({ valid }) => valid) ? 0 : 1;
}

/** @throws Refusal FILE_NOT_JSON {file} */
function sayOne(
  file: string,
  verdict: Verdict,
  from: ReturnType<typeof trustedIssuers>['from'],
  flags: VerifyFlags,
): void {
  const reason = verdict.checks[0]?.reason ?? '';
  if (/^This is not (JSON|text)/.test(reason))
    throw new Refusal('FILE_NOT_JSON', `${file} is not JSON. ${reason}`, { file });
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
    return;
  }
  const screen = new Screen();
  screen.say(...verdictLines(verdict));
  if (!verdict.valid) return;
  sayTrust(screen, from);
  // the verifier takes no receipt that says another thing about this
  screen.say(pc.dim('  What this does not show:'), ...NOT_PROVEN.map((line) => pc.dim(`  · ${line}`)));
}

function sayTrust(screen: Screen, from: ReturnType<typeof trustedIssuers>['from']): void {
  if (from === 'nobody')
    screen.warn('Nobody vouches for the key that signed this: name the issuers you trust by --key.');
}

function sayMany(
  files: readonly string[],
  verdicts: readonly Verdict[],
  from: ReturnType<typeof trustedIssuers>['from'],
  flags: VerifyFlags,
): void {
  if (!flags.json) {
    const screen = new Screen();
    screen.say(...verdictsLines(files, verdicts));
    if (verdicts.some(({ valid }) => valid)) sayTrust(screen, from);
    return;
  }
  const receipts = verdicts.map((verdict, i) => ({ file: files[i], ...verdict }));
  const invalid = files.filter((_, i) => !verdicts[i]!.valid);
  process.stdout.write(`${JSON.stringify({ valid: invalid.length === 0, invalid, receipts }, null, 2)}\n`);
}

/** A log that was asked for must have the receipt; one that is only known is believed where a receipt names it. */
function trustedLog(
  given: string | undefined,
  { log, handovers = [] }: Pick<TrustedIssuers, 'log' | 'handovers'>,
): TrustedLog | undefined {
  const [present, ...former] = log ?? [];
  if (given === undefined) return present && { key: present, others: former, required: false };
  const key = parseNoteKey(given);
  // the key that was named, and whom it handed its log to
  if (key) return { key, others: successorsOf(key, handovers).slice(1), required: true };
  throw new Refusal('KEY_INVALID', 'This is no key of a log: <name>+<hash>+<base64>.');
}

/** @throws Refusal CONTEXT_INVALID: an element of the field in its one form */
function contextOf(text: string): string {
  if (/^(0|[1-9][0-9]{0,76})$/.test(text)) return text;
  throw new Refusal('CONTEXT_INVALID', 'A context is a decimal number without sign or leading zeros.');
}

/**
 * @param flags step_1/output=file
 * @throws Refusal CONTENT_INVALID {given}
 */
export function contentsOf(flags: readonly string[]): Contents {
  const contents: Record<string, { -readonly [Role in keyof Contents[string]]: Contents[string][Role] }> = {};
  for (const given of flags) {
    const [, stepId, role, file] = /^([^/=]+)\/(input|output)=(.+)$/.exec(given) ?? [];
    if (!stepId || !role || !file)
      throw new Refusal('CONTENT_INVALID', 'Contents are given as step_1/input=FILE or step_1/output=FILE.', {
        given,
      });
    contents[stepId] = { ...contents[stepId], [role]: plainContentOf(readBytes(file)) };
  }
  return contents;
}
