import { afterAll, beforeAll } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { type Installed, startInstalled } from '../kit/installation.js';
import { deposits } from './suites/deposits.js';
import { edge } from './suites/edge.js';
import { mainJob } from './suites/main-job.js';
import { privacy } from './suites/privacy.js';
import { refusals } from './suites/refusals.js';
import { running as ownPlans } from './suites/running.js';

/** One installation as a newcomer gets it, for everything that needs no other. */
let folder: TemporaryFolder;
let running: Installed;
const installed = () => running;

beforeAll(async () => {
  folder = temporaryFolder();
  running = await startInstalled(folder.path);
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

mainJob(installed);
deposits(installed);
refusals(installed);
ownPlans(installed);
edge(installed);
privacy(installed);
