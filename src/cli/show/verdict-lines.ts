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
