import type { DataType, ServiceInput } from '../../ports/catalogue.js';

type InputType = DataType | 'string' | 'number' | 'boolean';

export const needs = (name: string, type: InputType, description: string): ServiceInput => ({
  name,
  type,
  optional: false,
  description,
});

export const takes = (
  name: string,
  type: InputType,
  description: string,
  more: Pick<ServiceInput, 'allowed' | 'many'> = {},
): ServiceInput => ({ name, type, optional: true, description, ...more });
