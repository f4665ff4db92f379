import { readFile } from 'node:fs/promises';
import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { Screen } from '../show/screen.js';

const sent = z.looseObject({ signalId: z.string(), stepId: z.string().nullable() });

interface SignalOptions extends ConnectOptions {
  readonly payload?: string;
  readonly id?: string;
}

/** Tells a run what one of its steps waits for, or will wait for. */
export async function signal(workflowId: string, name: string, options: SignalOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const { payload, id } = options;
  const body = {
    ...(payload !== undefined && { payload: await payloadOf(payload) }),
    ...(id !== undefined && { signalId: id }),
  };
  const path = `/workflows/${encodeURIComponent(workflowId)}/signals/${encodeURIComponent(name)}`;
  const { signalId, stepId } = await client.post(path, body, sent);
  const became = stepId === null ? 'kept until a step waits for it' : `taken by ${stepId}`;
  new Screen().say(`${pc.green('✓')} ${name} (${signalId}): ${became}.`);
  return 0;
}

/** @throws Refusal VALIDATION_FAILED for what is no JSON */
async function payloadOf(given: string): Promise<unknown> {
  const text = given.startsWith('@') ? await readFile(given.slice(1), 'utf8') : given;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('VALIDATION_FAILED', 'The payload is not JSON. Quote a text: \'"yes"\'.');
  }
}
