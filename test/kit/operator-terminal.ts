import { afterAll, beforeAll, beforeEach, jest } from '@jest/globals';
import { program } from '../../src/cli/program.js';
import { type House, openHouse } from './api-house.js';

export interface OperatorTerminal {
  readonly house: House;
  /** since the test began, or since it was emptied */
  said: string;
  /** @returns the exit code */
  quittance(...args: readonly string[]): Promise<number>;
}

/** A house for the specs of a file, and an operator at its command line. Called where hooks are set. */
export function operatorTerminal(): OperatorTerminal {
  let house: House;
  let key: string;
  const terminal = {
    get house() {
      return house;
    },
    said: '',
    quittance: (...args: readonly string[]) => program([...args, '--url', house.url, '--key', key]),
  };
  beforeAll(async () => {
    house = await openHouse();
    key = (await house.user('user_op', ['operator'])).secret!;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      terminal.said += text;
      return true;
    });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await house?.close();
  });
  beforeEach(() => {
    terminal.said = '';
  });
  return terminal;
}
