import { describe, expect, it } from '@jest/globals';
import { sampleChance } from '../../test/kit/chance.js';
import { MemoryArtifactStore } from '../adapters/memory/artifact-store.js';
import { MemoryKeyVault } from '../adapters/memory/key-vault.js';
import { LIMITS } from '../kernel/limits.js';
import { ContentStore } from './content-store.js';

const artifacts = new MemoryArtifactStore();
const content = new ContentStore(new MemoryKeyVault(), artifacts, sampleChance);
const OWNER = 'user_01';
const PLACE = 'wf_1/1/step_1/output';

/** JSON text of so many bytes; each of its letters takes two. */
const ofBytes = (bytes: number): string => 'é'.repeat(Math.floor((bytes - 2) / 2)) + 'e'.repeat(bytes % 2);

describe('an output', () => {
  const limit = LIMITS.inlineOutputBytes;

  it('of as many bytes as an event may hold stands in the event', async () => {
    const value = ofBytes(limit);
    expect(Buffer.byteLength(JSON.stringify(value))).toBe(limit);
    const stored = await content.putJson(OWNER, PLACE, value);
    expect(Object.keys(stored)).toEqual(['inline']);
    expect(await content.getJson(stored, PLACE)).toBe(value);
  });

  it('of one byte more is an artifact, and the event says its size and address', async () => {
    const value = ofBytes(limit + 1);
    const stored = await content.putJson(OWNER, PLACE, value);
    expect(stored).toEqual({
      artifact: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        size: limit + 1,
        mediaType: 'application/json',
      },
    });
    expect(await content.getJson(stored, PLACE)).toBe(value);
  });

  it('that is an artifact is sealed, and opens at its own place only', async () => {
    const stored = await content.putJson(OWNER, PLACE, 'secret '.repeat(limit));
    if (!('artifact' in stored)) throw new Error('not claimed');
    const bytes = await artifacts.get(stored.artifact.sha256);
    expect(Buffer.from(bytes).includes('secret')).toBe(false);
    await expect(content.getJson(stored, 'wf_2/1/step_1/output')).rejects.toMatchObject({
      code: 'SEAL_BROKEN',
    });
  });
});

describe('a request', () => {
  const limit = LIMITS.inlineTextBytes;

  it.each([
    ['as long as an event may hold stands in the event', limit, 'data'],
    ['of one byte more is an artifact', limit + 1, 'artifact'],
  ])('%s', async (_, bytes, member) => {
    const text = ofBytes(bytes + 2);
    expect(Buffer.byteLength(text)).toBe(bytes);
    const stored = await content.claimText(OWNER, 'wf_1/request', text);
    expect(stored).toHaveProperty(member);
    expect(await content.openText(stored, 'wf_1/request')).toBe(text);
  });

  it('in the form of a plan is read back as it was written, however long', async () => {
    for (const steps of [1, 5_000]) {
      const plan = { steps: Array.from({ length: steps }, (_, n) => ({ key: `s${n}`, input: '"é"' })) };
      const stored = await content.claimJson(OWNER, 'wf_1/request', plan);
      expect('artifact' in stored).toBe(steps > 1);
      expect(await content.openJson(stored, 'wf_1/request')).toEqual(plan);
    }
  });
});
