import pc from 'picocolors';
import type { Check, Verdict } from '../../verifier/index.js';
import { plainText, plural } from './figures.js';

/** One line for each check, with its reason. */
export function verdictLines({ valid, checks }: Verdict): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const failed = checks.filter((check) => check.required && !check.passed);
  const held = checks.filter((check) => check.required && check.passed);
  return [
    ...checks.map((check) => ` ${mark(check)} ${plainText(check.name).padEnd(width)}  ${reason(check)}`),
    '',
    valid
      ? `${pc.green('✓')} ${pc.bold('Valid')}: ${plural(held.length, 'check')} passed.`
      : `${pc.red('✗')} ${pc.bold('Not valid')}: ${failed.map(({ name }) => plainText(name)).join(', ') || 'nothing was checked'}.`,
  ];
}

const mark = ({ required, passed }: Check): string =>
  passed ? pc.green('✓') : required ? pc.red('✗') : pc.yellow('!');

const reason = ({ required, passed, reason: text }: Check): string =>
  passed || required ? plainText(text) : pc.yellow(plainText(text));

/** A line for each receipt, with the first check that failed, and one for them all. */
export function verdictsLines(files: readonly string[], verdicts: readonly Verdict[]): string[] {
  const width = Math.min(60, Math.max(...files.map((file) => plainText(file).length)));
  const lines = verdicts.map(({ valid, checks }, i) => {
    const file = plainText(files[i]!);
    if (valid) return ` ${pc.green('✓')} ${file}`;
    const failed = checks.find((check) => check.required && !check.passed);
    const why = failed ? `${failed.name}: ${failed.reason}` : 'nothing was checked';
    return ` ${pc.red('✗')} ${file.padEnd(width)}  ${plainText(why)}`;
  });
  const bad = verdicts.filter(({ valid }) => !valid).length;
  const sum =
    bad === 0
      ? `${pc.green('✓')} ${pc.bold('All valid')}: ${plural(verdicts.length, 'receipt')}.`
      : `${pc.red('✗')} ${pc.bold('Not valid')}: ${bad} of ${plural(verdicts.length, 'receipt')}.`;
  return [...lines, '', sum];
}
