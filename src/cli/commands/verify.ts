import pc from 'picocolors';
import { dataFolderPath } from '../../embedded/data-folder.js';
import { Refusal } from '../../kernel/errors.js';
import { type Contents, type Receipt, type VerifyOptions, verifyReceipt } from '../../verifier/index.js';
import { readBytes, readJson } from '../input-files.js';
import { trustedIssuers } from '../issuer-keys.js';
import { Screen } from '../show/screen.js';
import { verdictLines } from '../show/verdict-lines.js';

export interface VerifyFlags {
  readonly key: readonly string[];
  readonly content: readonly string[];
  readonly anyIssuer?: boolean;
  readonly production?: boolean;
  readonly level?: NonNullable<VerifyOptions['level']>;
  readonly context?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** Checks a receipt with nothing but the file and the keys one trusts. @returns the exit code */
export async function verify(file: string, flags: VerifyFlags): Promise<number> {
  const document = documentIn(readJson(file));
  const { key, anyIssuer = false, level, context } = flags;
  const trusted = trustedIssuers(key, { dataFolder: flags.data ?? dataFolderPath(), anyIssuer });
  const verdict = await verifyReceipt(document, {
    issuerKeys: trusted.keys,
    allowDevelopmentKeys: flags.production !== true,
    ...(level !== undefined && { level }),
    ...(context !== undefined && { context }),
    ...(flags.content.length > 0 && { contents: contentsOf(flags.content) }),
  });
  if (flags.json) process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
  else sayVerdict(new Screen(), document, verdict, trusted.from);
  return verdict.valid ? 0 : 1;
}

function sayVerdict(
  screen: Screen,
  document: unknown,
  verdict: Awaited<ReturnType<typeof verifyReceipt>>,
  from: ReturnType<typeof trustedIssuers>['from'],
): void {
  screen.say(...verdictLines(verdict));
  if (!verdict.valid) return;
  if (from === 'nobody')
    screen.warn('Nobody vouches for the key that signed this: name the issuers you trust by --key.');
  const { notProven } = (document as Receipt).statement;
  screen.say(pc.dim('  What this does not show:'), ...notProven.map((line) => pc.dim(`  · ${line}`)));
}

/** The API answers the document inside an envelope; people save that too. */
function documentIn(value: unknown): unknown {
  const envelope = value as { readonly receipt?: { readonly document?: unknown } } | null;
  return envelope?.receipt?.document ?? value;
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
    contents[stepId] = { ...contents[stepId], [role]: contentOf(file) };
  }
  return contents;
}

/** What steps take and give is JSON, except for files. */
function contentOf(file: string): { readonly json: unknown } | { readonly bytes: Uint8Array } {
  const bytes = readBytes(file);
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { bytes };
  }
}
