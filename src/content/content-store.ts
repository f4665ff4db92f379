import { type Json, strictJson } from '../kernel/canonical-json.js';
import { LIMITS } from '../kernel/limits.js';
import type { ArtifactRef, Claimed, Content, Sealed } from '../kernel/sealed.js';
import { open, seal } from '../kernel/sealing.js';
import type { ArtifactStore } from '../ports/artifacts.js';
import type { Chance } from '../ports/clock.js';
import type { KeyVault } from '../ports/key-vault.js';

export { places } from '../kernel/places.js';

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Where content of users is encrypted and decrypted, and nowhere else. `place` (e.g. `wf_1/step_2/output`) is
 * authenticated with the ciphertext: content moved elsewhere does not open.
 */
export class ContentStore {
  /** What this process sealed itself and still holds, at its place: it need not be decrypted. */
  private readonly own = new WeakMap<Sealed, { readonly place: string; readonly plain: Uint8Array }>();

  constructor(
    private readonly vault: KeyVault,
    private readonly artifacts: ArtifactStore,
    private readonly chance: Pick<Chance, 'bytes'>,
  ) {}

  async sealBytes(owner: string, place: string, plain: Uint8Array): Promise<Sealed> {
    const sealed = seal(plain, await this.vault.dataKey(owner), owner, place, this.chance.bytes(12));
    this.own.set(sealed, { place, plain });
    return sealed;
  }

  /** @throws Refusal KEY_DESTROYED, or SEAL_BROKEN when it was altered or belongs elsewhere */
  async openBytes(sealed: Sealed, place: string): Promise<Uint8Array> {
    const key = await this.vault.dataKey(sealed.owner); // a destroyed key opens nothing, remembered or not
    const own = this.own.get(sealed);
    return own?.place === place ? own.plain : open(sealed, key, place);
  }

  sealText = (owner: string, place: string, value: string): Promise<Sealed> =>
    this.sealBytes(owner, place, utf8.encode(value));

  openText = async (stored: Claimed, place: string): Promise<string> =>
    text.decode(
      'artifact' in stored
        ? await this.getArtifact(stored.artifact, place)
        : await this.openBytes(stored, place),
    );

  sealJson = (owner: string, place: string, value: unknown): Promise<Sealed> =>
    this.sealText(owner, place, strictJson(value));

  openJson = async (stored: Claimed, place: string): Promise<Json> =>
    JSON.parse(await this.openText(stored, place)) as Json;

  /** Sealed where it will stand when it is short, in the artifact store when it is long (claim check). */
  async claimText(owner: string, place: string, value: string, mediaType = 'text/plain'): Promise<Claimed> {
    const plain = utf8.encode(value);
    return plain.length <= LIMITS.inlineTextBytes
      ? this.sealBytes(owner, place, plain)
      : { artifact: await this.putArtifact(owner, place, plain, mediaType) };
  }

  claimJson = (owner: string, place: string, value: unknown): Promise<Claimed> =>
    this.claimText(owner, place, strictJson(value), 'application/json');

  /** Seals bytes into the artifact store. `size` and `mediaType` are those of the plain bytes. */
  async putArtifact(
    owner: string,
    place: string,
    plain: Uint8Array,
    mediaType: string,
  ): Promise<ArtifactRef> {
    const sealed = await this.sealBytes(owner, place, plain);
    const sha256 = await this.artifacts.put(utf8.encode(JSON.stringify(sealed)));
    return { sha256, size: plain.length, mediaType };
  }

  async getArtifact(ref: ArtifactRef, place: string): Promise<Uint8Array> {
    const sealed = JSON.parse(text.decode(await this.artifacts.get(ref.sha256))) as Sealed;
    return this.openBytes(sealed, place);
  }

  /** JSON in the event when small, in the artifact store when large (claim check). */
  async putJson(owner: string, place: string, value: unknown): Promise<Content> {
    const plain = utf8.encode(strictJson(value));
    return plain.length <= LIMITS.inlineOutputBytes
      ? { inline: await this.sealBytes(owner, place, plain) }
      : { artifact: await this.putArtifact(owner, place, plain, 'application/json') };
  }

  async getJson(content: Content, place: string): Promise<Json> {
    const plain =
      'inline' in content
        ? await this.openBytes(content.inline, place)
        : await this.getArtifact(content.artifact, place);
    return JSON.parse(text.decode(plain)) as Json;
  }
}
