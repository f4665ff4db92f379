import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { receiptSchema } from '../../src/verifier/document.js';
import { stepDisclosureSchema } from '../../src/verifier/step-disclosure.js';
import { mutants } from '../kit/mutants/hunt.js';
import { isDisclosure, type Original, originals } from '../kit/mutants/originals.js';

/** The schemas as people of other languages read them. `GOLDEN=write` writes them again. */
const published = {
  receipt: { schema: receiptSchema, title: 'quittance-receipt/1' },
  'step-disclosure': { schema: stepDisclosureSchema, title: 'quittance-step-disclosure/1' },
} as const;

const made = ({ schema, title }: (typeof published)[keyof typeof published]) => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, title, ...rest };
};

const fileOf = (name: string) => new URL(`../../docs/schema/${name}.schema.json`, import.meta.url);
const textOf = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`;

describe.each(Object.entries(published))('docs/schema/%s.schema.json', (name, kind) => {
  it('says the same as the verifier’s own schema', () => {
    const text = textOf(made(kind));
    if (process.env['GOLDEN'] === 'write') writeFileSync(fileOf(name), text);
    expect(readFileSync(fileOf(name), 'utf8')).toBe(text);
  });
});

/** What JSON Schema cannot say; the format says it in words. */
const IN_WORDS = /not a canonical decimal below the order|zero is no commitment|stands there twice/;

describe('the schemas of receipts and disclosures', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const schemas = [published.receipt, published['step-disclosure']].map((kind) => ajv.compile(made(kind)));
  /** A mutant is held to the form its original has, whatever it says it is. */
  const judge = (document: unknown, original: Original) => schemas[isDisclosure(original) ? 1 : 0]!(document);

  it.each(originals.map((original) => [original.name, original] as const))('takes %s', (_, original) => {
    expect(judge(original.document, original)).toBe(true);
  });

  it('refuses of changed receipts what the verifier refuses for its form, but for what it cannot say', () => {
    let refused = 0;
    for (const { bytes, family, original } of mutants(21, 600)) {
      let document: unknown;
      try {
        document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      } catch {
        continue;
      }
      const own = (isDisclosure(original) ? stepDisclosureSchema : receiptSchema).safeParse(document);
      const valid = judge(document, original);
      if (!valid) refused++;
      if (valid && !own.success)
        expect([family, own.error.issues.filter(({ message }) => !IN_WORDS.test(message))]).toEqual([
          family,
          [],
        ]);
      if (own.success) expect([family, valid]).toEqual([family, true]);
    }
    expect(refused).toBeGreaterThan(150);
  });
});
