import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { type Client, type House, openHouse } from '../kit/api-house.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';

interface ApiDocument extends Record<string, unknown> {
  readonly info: { readonly version: string };
}

const fileOf = (name: string) => new URL(`../../docs/${name}`, import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
const ofVersion = <D extends ApiDocument>(document: D, its: string): D => ({
  ...document,
  info: { ...document.info, version: its },
});

describe('the documents of the API', () => {
  let house: House;
  let nobody: Client;

  beforeAll(async () => {
    house = await openHouse();
    nobody = await house.user('user_nobody');
  });
  afterAll(() => house.close());

  const served = async (name: string): Promise<ApiDocument> => (await nobody.get(`/docs/${name}`)).body;

  it.each(['openapi.json', 'asyncapi.json'])(
    'docs/%s is what the program serves, but for its version: after a change, `GOLDEN=write npm test -- golden`',
    async (name) => {
      const document = await served(name);
      const file = fileOf(name);
      const stands = existsSync(file) ? readGolden<ApiDocument>(file) : undefined;
      const its = stands?.info.version ?? version;
      // what only a release would change is left alone
      if (mayWrite && JSON.stringify(ofVersion(document, its)) !== JSON.stringify(stands))
        writeGolden(file, ofVersion(document, version));
      const { info } = readGolden<ApiDocument>(file);
      expect(readGolden(file)).toEqual(ofVersion(document, info.version));
    },
  );

  it('the OpenAPI document is valid by the published schema of OpenAPI 3.1', async () => {
    const document = await served('openapi.json');
    const { valid, errors } = await new Validator({ strict: false }).validate(document);
    expect([valid, errors]).toEqual([true, undefined]);
    const withoutTitle = { ...document, info: { version: '1' } };
    expect((await new Validator({ strict: false }).validate(withoutTitle)).valid).toBe(false);
  });
});
