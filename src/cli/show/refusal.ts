import pc from 'picocolors';
import { isRefusal } from '../../kernel/errors.js';
import { plainText } from './figures.js';

/** Figures a sentence may leave out and a person still needs. */
const TOLD_APART = new Set(['problems', 'required', 'available', 'correlationId']);

/** A refusal as a person reads it: code, sentence, and the figures the sentence leaves out. Never a stack. */
export function refusalLines(error: unknown): string[] {
  if (!isRefusal(error)) return [`${pc.red('✗')} ${unexpected(error)}`];
  const { code, message, figures } = error;
  const told = Object.entries(figures).flatMap(([name, value]) => {
    if (!TOLD_APART.has(name)) return [];
    const values = Array.isArray(value) ? value.map(String) : [`${name}: ${value}`];
    return values.filter((text) => !message.includes(text));
  });
  return [
    `${pc.red('✗')} ${plainText(message)} ${pc.dim(`(${code})`)}`,
    ...told.map((text) => `  ${plainText(text)}`),
  ];
}

const unexpected = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return `${plainText(message) || 'Something failed.'} ${pc.dim('(set QUITTANCE_DEBUG=1 for the stack)')}`;
};
