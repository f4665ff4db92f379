import { existsSync } from 'node:fs';
import type { DomainEvent, NewEvent } from '../../src/kernel/event.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';
import { readGolden, writeGolden } from './golden-file.js';

/**
 * A run in the middle, as the version that began it left it: its events and the key of its owner. It has read a file,
 * waits for a minute, and has still to pay a service. Made once, by that version; never made
 * again, unless events that were never released have changed: then delete it.
 */
export interface StoredRun {
  readonly workflowId: string;
  readonly userId: string;
  /** of its owner, base64 */
  readonly dataKey: string;
  readonly halted: string;
  readonly streams: Readonly<Record<string, readonly NewEvent[]>>;
}

const FILE = new URL('./runs/waiting-before-it-pays.json', import.meta.url);
const BEGUN = Date.parse('2026-11-21T00:00:00.000Z');

export async function storedRun(): Promise<StoredRun> {
  if (!existsSync(FILE)) writeGolden(FILE, await begin());
  return readGolden<StoredRun>(FILE);
}

const plan = {
  steps: [
    { key: 'read', kind: 'data_transform', input: '{"n": 1, "text": "a text"}' },
    { key: 'rest', kind: 'wait', dependsOn: ['read'], for: 60_000 },
    {
      key: 'ask',
      kind: 'service_call',
      capability: 'summary',
      dependsOn: ['read', 'rest'],
      input: '{"text": steps.read.text}',
    },
    { key: 'join', kind: 'data_transform', dependsOn: ['ask'], input: '{"said": steps.ask}' },
  ],
};

const service = offer('summarise', {
  price: usdc(20_000n),
  payTo: 'PAYEE',
  network: 'n',
  asset: 'USDC',
  capability: 'summary',
  inputs: [input('text', 'text')],
});

async function begin(): Promise<StoredRun> {
  const userId = 'user_01';
  const engine = new MemoryEngine([service], { now: () => BEGUN });
  await engine.start();
  await engine.fund(userId, 1_000_000n);
  const workflowId = await engine.create(userId, { plan: plan as never });
  await engine.until(`workflow-${workflowId}`, 'ApprovalRequested');
  await engine.approve(userId, workflowId);
  await engine.until(`workflow-${workflowId}`, 'StepWaitStarted');
  await engine.halt();
  const streams: Record<string, NewEvent<DomainEvent>[]> = {};
  for await (const { stream, id, event, metadata } of engine.store.readAll()) {
    streams[stream] ??= [];
    streams[stream].push({ id, event, metadata });
  }
  const dataKey = Buffer.from(await engine.vault.dataKey(userId)).toString('base64');
  return { workflowId, userId, dataKey, halted: new Date(BEGUN).toISOString(), streams };
}
