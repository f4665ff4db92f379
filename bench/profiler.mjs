/** Loaded into a program before it starts: SIGUSR2 begins a CPU profile, the next one writes it to PROFILE_FILE. */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
const post = (method) =>
  new Promise((resolve, reject) =>
    session.post(method, (error, result) => (error ? reject(error) : resolve(result))),
  );

let under = false;
process.on('SIGUSR2', async () => {
  under = !under;
  if (under) {
    await post('Profiler.enable');
    return post('Profiler.start');
  }
  const { profile } = await post('Profiler.stop');
  const { PROFILE_FILE } = process.env;
  writeFileSync(`${PROFILE_FILE}.part`, JSON.stringify(profile));
  renameSync(`${PROFILE_FILE}.part`, PROFILE_FILE);
});
