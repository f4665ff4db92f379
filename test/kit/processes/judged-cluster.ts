import { type Cluster, startCluster } from '../../../src/embedded/cluster.js';
import { openChaosMarket } from '../../chaos/load.js';
import { temporaryFolder } from '../folder.js';
import { clean } from '../installation.js';

/** A module of what was built. */
export const built = (path: string) => new URL(`../../../dist/${path}.js`, import.meta.url);

/**
 * Starts processes of these roles, which find the services of the chaos load, prints what `live` comes to as one line
 * of JSON, ends what was started, and the process with it.
 */
export async function judgeCluster(
  roles: readonly string[],
  env: NodeJS.ProcessEnv,
  live: (cluster: Cluster) => Promise<unknown>,
): Promise<never> {
  // what is started from here runs what was built, without the compiler
  process.execArgv.length = 0;
  const folder = temporaryFolder();
  const market = await openChaosMarket();
  let cluster: Cluster | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void (cluster?.stop() ?? Promise.resolve()).finally(() => process.exit(130)));
  try {
    cluster = await startCluster({
      dataDir: folder.path,
      natsNodes: 1,
      roles,
      main: built('main'),
      entries: { chain: built('embedded/chain.process'), services: built('embedded/services.process') },
      env: {
        ...clean(process.env),
        PORT: '0',
        REGISTRY_URL: market.url,
        RATE_LIMIT_PER_MIN: '100000000',
        ...env,
      },
    });
    await market.connect({ chain: cluster.stack.chain });
    process.stdout.write(`${JSON.stringify(await live(cluster))}\n`);
  } finally {
    await cluster?.stop();
    await market.close();
    folder.remove();
  }
  process.exit();
}
