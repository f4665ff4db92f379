import type { Random } from '../simulation/random.js';
import type { AppProcess } from './kit/app-process.js';
import type { House } from './kit/house.js';

/** Processes of ours by role; who ends is started again, as an orchestrator does. */
export class Crew {
  private readonly members = new Map<string, AppProcess>();
  private readonly keeping: Promise<void>[] = [];
  private over = false;
  /** how often one ended without having been killed */
  readonly unexpected: string[] = [];
  private readonly killed = new Set<AppProcess>();

  constructor(private readonly house: House) {}

  /** @param app one that runs already */
  keep(name: string, env: Readonly<Record<string, string>>, app?: AppProcess): void {
    this.keeping.push(this.restartForEver(name, env, app));
  }

  async kill(name: string): Promise<void> {
    const app = this.members.get(name)!;
    this.killed.add(app);
    await app.kill();
  }

  pause = (name: string, ms: number): Promise<void> => this.members.get(name)!.pause(ms);

  /** SIGTERM, as on a deployment. */
  async stop(name: string): Promise<void> {
    const app = this.members.get(name)!;
    this.killed.add(app);
    await app.stop();
  }

  async dismiss(): Promise<void> {
    this.over = true;
    await Promise.all([...this.members.values()].map((app) => app.stop()));
    await Promise.all(this.keeping);
  }

  private async restartForEver(
    name: string,
    env: Readonly<Record<string, string>>,
    first?: AppProcess,
  ): Promise<void> {
    for (let app = first ?? this.house.launch(env); ; app = this.house.launch(env)) {
      this.members.set(name, app);
      const { code, signal } = await app.ended;
      if (this.over) return;
      // a start without a database ends clearly, and is tried again
      if (!this.killed.has(app) && app.wasReady)
        this.unexpected.push(`${name} ended with ${code ?? signal}: ${app.output().slice(-1_500).trim()}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

export type Fault = (house: House, crew: Crew, random: Random) => Promise<void>;

/** By kind, with how often each is drawn. */
export const faults: Readonly<Record<string, readonly [weight: number, Fault]>> = {
  'app killed': [4, (_, crew) => crew.kill('app')],
  'worker killed': [3, (_, crew) => crew.kill('worker')],
  'app told to stop': [1, (_, crew) => crew.stop('app')],
  'app paused': [2, (_, crew, random) => crew.pause('app', random.between(500, 4_000))],
  'worker paused': [2, (_, crew, random) => crew.pause('worker', random.between(500, 10_000))],
  'nats killed': [2, ({ servers }) => servers.nats.restart()],
  'nats killed and wiped': [2, ({ servers }) => servers.nats.restart(servers.wipeJetStream)],
  'nats paused': [1, ({ servers }, _, random) => servers.nats.pause(random.between(500, 4_000))],
  'postgres killed': [2, ({ servers }) => servers.postgres.restart()],
  'postgres paused': [1, ({ servers }, _, random) => servers.postgres.pause(random.between(500, 4_000))],
  'everything killed': [
    1,
    async ({ servers }, crew) => {
      await Promise.all([
        crew.kill('app'),
        crew.kill('worker'),
        servers.nats.restart(servers.wipeJetStream),
        servers.postgres.restart(),
      ]);
    },
  ],
};

export function anyFault(random: Random): readonly [name: string, fault: Fault] {
  const weighted = Object.entries(faults).flatMap(([name, [weight, fault]]) =>
    Array.from({ length: weight }, () => [name, fault] as const),
  );
  return random.pick(weighted);
}
