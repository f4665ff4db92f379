import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '../../test/kit/patience.js';
import { MemoryLiveBus } from '../adapters/memory/live-bus.js';
import type { Position } from '../kernel/event.js';
import { projections } from '../projections/index.js';
import { readModelProgress } from './progress.js';

const at = '7' as Position;
const nowhere = async () => new Map<string, Position>();
const nobody = () => false;

describe('how far the read models are', () => {
  const keeperOn = (live: MemoryLiveBus) => {
    const keeper = readModelProgress(live, { keeps: true, answers: false }, nobody, nowhere);
    // most had nothing to write, so that no record says how far they are
    for (const { name } of projections) keeper.advance(name, at);
  };

  it('is known to a process that came after it was said, though nobody has heard of that process', async () => {
    const live = new MemoryLiveBus();
    keeperOn(live);
    const reader = readModelProgress(live, { keeps: false, answers: true }, nobody, nowhere);
    expect(await reader.waitFor(at, PATIENCE_MS)).toBe(true);
  });

  it('is no further than that', async () => {
    const live = new MemoryLiveBus();
    keeperOn(live);
    const reader = readModelProgress(live, { keeps: false, answers: true }, nobody, nowhere);
    expect(await reader.waitFor('8' as Position, 500)).toBe(false);
  });

  it('is told nobody who did not ask', async () => {
    const live = new MemoryLiveBus();
    const heard: unknown[] = [];
    live.subscribe('progress.read_models', (message) => heard.push(message));
    keeperOn(live);
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
  });
});
