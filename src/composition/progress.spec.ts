import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '../../test/kit/patience.js';
import { MemoryLiveBus } from '../adapters/memory/live-bus.js';
import type { Position } from '../kernel/event.js';
import { projections } from '../projections/index.js';
import { readModelProgress } from './progress.js';

const at = '7' as Position;
const nowhere = async () => new Map<string, Position>();
const nobody = { answer: () => false, keep: () => false };
const somebody = { answer: () => true, keep: () => true };

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

  it('is hurried by who waits in another process, until it is there', async () => {
    const live = new MemoryLiveBus();
    const keeper = readModelProgress(live, { keeps: true, answers: false }, somebody, nowhere);
    const reader = readModelProgress(live, { keeps: false, answers: true }, somebody, nowhere);
    const forHours = () => keeper.rest(0, 3_600_000, new AbortController().signal);
    const resting = forHours();
    const waiting = reader.waitFor(at, PATIENCE_MS);
    await resting;
    await forHours();
    for (const { name } of projections) keeper.advance(name, at);
    expect(await waiting).toBe(true);
    const begun = new AbortController();
    const rest = keeper.rest(0, 3_600_000, begun.signal).then(() => 'ended');
    expect(await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 50, 'rests'))])).toBe(
      'rests',
    );
    begun.abort();
    await rest;
  });

  it('is not set back by what the same process said before, heard late', async () => {
    const live = new MemoryLiveBus();
    const both = readModelProgress(live, { keeps: true, answers: true }, nobody, nowhere);
    const [first] = projections;
    for (const { name } of projections) if (name !== first!.name) both.advance(name, at);
    both.advance(first!.name, '6' as Position);
    const said = new Promise((resolve) => live.subscribe('progress.read_models', resolve));
    live.subscribe('progress.asked', () => {
      // after this was asked, and before the answer is heard
      for (const { name } of projections) both.advance(name, '8' as Position);
    });
    expect(await both.waitFor(at, PATIENCE_MS)).toBe(true);
    await said;
    expect(await both.waitFor('8' as Position, 0)).toBe(true);
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
