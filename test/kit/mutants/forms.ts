import { FIELD } from '../../../src/kernel/commitments/field.js';
import { MODULUS } from '../../../src/verifier/groth16-parser.js';
import type { Random } from '../../simulation/random.js';
import type { Place } from './tree.js';

export const charAt = (text: string, random: Random, change: (char: string) => string): string => {
  const i = random.between(0, text.length - 1);
  return text.slice(0, i) + change(text[i]!) + text.slice(i + 1);
};
export const anotherOf = (alphabet: string, random: Random) => (char: string) =>
  random.pick([...alphabet].filter((other) => other !== char));

/** Latin, Cyrillic, Greek and fullwidth: the same to the eye. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  x: 'х',
  y: 'у',
  r: 'г',
  t: 'τ',
  n: 'п',
  k: 'κ',
  ...Object.fromEntries(
    [...'0123456789'].map((digit) => [digit, String.fromCodePoint(0xff10 + Number(digit))]),
  ),
  _: '＿',
  '-': '‐',
  ':': '：',
  '.': '․',
};
const UNSEEN = ['\u200b', '\u200d', '\ufeff', '\u202e', '\u0301', '\u00ad', '\u0000', ' '];
export const disguise = (text: string, random: Random): string => {
  const candidates = [...text].flatMap((char, i) => (LOOK_ALIKES[char] ? [i] : []));
  if (candidates.length === 0 || random.chance(0.3)) {
    const i = random.between(0, text.length);
    return text.slice(0, i) + random.pick(UNSEEN) + text.slice(i);
  }
  const i = random.pick(candidates);
  return text.slice(0, i) + LOOK_ALIKES[text[i]!] + text.slice(i + 1);
};

export const numberForms = ({ value }: Place): readonly string[] => {
  const text = `${value as number}`;
  const zeros = text.match(/0+$/)?.[0].length ?? 0;
  return [
    `${text}e0`,
    `${text}E0`,
    `${text}.0`,
    `0${text}`,
    `"${text}"`,
    `+${text}`,
    `${text}e+0`,
    `-${text}`,
    `${text}.`,
    `0x${(value as number).toString(16)}`,
    `${text}00e-2`,
    `[${text}]`,
    `${text}n`,
    `1${text}`,
    `${text}0`,
    `NaN`,
    ...(zeros > 0 && value !== 0 ? [`${text.slice(0, -zeros)}e${zeros}`] : []),
  ];
};

export const decimalForms = ({ value, path }: Place): readonly string[] => {
  const text = value as string;
  const number = BigInt(text);
  const order = path.includes('pi_a') || path.includes('pi_b') || path.includes('pi_c') ? MODULUS : FIELD;
  return [
    text,
    `${text}.0`,
    `0${text}`,
    ...[
      `0${text}`,
      `+${text}`,
      `-${text}`,
      ` ${text}`,
      `${text} `,
      `${text}.0`,
      `${text}e0`,
      `0x${number.toString(16)}`,
      `${text}n`,
      `${number + order}`,
      `${number + 1n}`,
      `${text}\n`,
      '',
      text.slice(1),
    ]
      .filter((form) => form !== text)
      .map((form) => JSON.stringify(form)),
  ];
};

export const hexForms = ({ value }: Place): readonly string[] => {
  const text = value as string;
  return [
    text.toUpperCase(),
    `0x${text}`,
    `${text}00`,
    text.slice(2),
    `0${text.slice(0, -1)}`,
    ` ${text}`,
    Buffer.from(text, 'hex').toString('base64'),
  ]
    .filter((form) => form !== text)
    .map((form) => JSON.stringify(form));
};

export const timeForms = ({ value }: Place): readonly string[] => {
  const text = value as string;
  return [
    text.replace('.000Z', 'Z'),
    text.replace('Z', '+00:00'),
    text.replace('T', ' '),
    text.toLowerCase(),
    text.replace('000Z', '0000Z'),
  ].map((form) => JSON.stringify(form));
};

/** As JSON may write any character. */
export const escapeOf = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
