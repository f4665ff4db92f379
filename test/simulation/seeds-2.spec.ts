import { describe } from '@jest/globals';
import { halfOfTheSeeds } from './half-of-the-seeds.js';

describe('T44 a world in which processes die, messages are lost, doubled and late, and services lie', () =>
  halfOfTheSeeds(1_001));
