/** Jest loads this file outside its own module registry, without transforms: hence plain JavaScript. */
import './typescript.mjs';

export default async function globalSetup() {
  const { startTestServers } = await import('./test-servers.ts');
  await startTestServers();
}
