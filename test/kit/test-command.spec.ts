import { describe, expect, it } from '@jest/globals';
import { type LaneResult, runLanes } from '../../scripts/run-lanes.mjs';
import { runProgram } from '../../scripts/run-program.mjs';
import { lives } from './installation.js';

const program = (text: string, options?: Parameters<typeof runProgram>[1]) =>
  runProgram(['--input-type=module', '-e', text], options);

describe('a program of a lane', () => {
  it('that ends is told with all it said and its exit code', async () => {
    const ended = await program(`console.log('one'); console.error('two'); process.exitCode = 3;`);
    expect(ended).toEqual({ exitCode: 3, output: 'one\ntwo\n' });
  });

  it('that is killed has failed, and says by what', async () => {
    const ended = await program(`console.log('begun'); process.kill(process.pid, 'SIGKILL');`);
    expect(ended).toEqual({ exitCode: 1, output: 'begun\n\nEnded by SIGKILL.\n' });
  });

  it.each([
    ['says nothing any more', { silentMs: 300, graceMs: 300 }, 'nothing was heard of it for 0.3 seconds'],
    ['does not come to its end', { wholeMs: 300, graceMs: 300 }, 'not at its end after 0.3 seconds'],
  ])('that %s is ended, deaf or not, with everything it started', async (_, limits, why) => {
    const child = `setInterval(() => {}, 1000)`;
    const { exitCode, output } = await program(
      `import { spawn } from 'node:child_process';
       process.on('SIGTERM', () => {});
       const child = spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
       console.log('child ' + child.pid);
       setInterval(() => {}, 1000);`,
      limits,
    );
    expect([exitCode, output]).toEqual([1, expect.stringContaining(`Stopped: ${why}.`)]);
    const pid = Number(/child (\d+)/.exec(output)?.[1] ?? 0);
    if (pid > 0) while (lives(pid)) await new Promise(setImmediate);
  });

  it('is not waited for when only something it left behind holds its output', async () => {
    const { exitCode, output } = await program(
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       console.log('child ' + child.pid);
       child.unref();`,
      { graceMs: 500 },
    );
    expect(exitCode).toBe(0);
    const pid = Number(/child (\d+)/.exec(output)?.[1]);
    while (lives(pid)) await new Promise(setImmediate);
  });

  it('is ended when it is told to', async () => {
    const stop = new AbortController();
    const running = program(`setInterval(() => {}, 1000)`, { signal: stop.signal });
    stop.abort();
    expect(await running).toMatchObject({ exitCode: 1, output: expect.stringContaining('told to') });
  });
});

describe('the lanes', () => {
  const lane = async (passed: number, failed = 0): Promise<LaneResult> => ({
    passed,
    failed,
    skipped: 1,
    output: `output of ${passed}`,
  });
  const printed = async (lanes: Parameters<typeof runLanes>[0], signal?: AbortSignal) => {
    const lines: string[] = [];
    const total = await runLanes(lanes, signal, (line) => lines.push(line));
    return { lines, total };
  };

  it('are added up in the last line, and what failed shows what it said', async () => {
    const { lines, total } = await printed([
      ['good', () => lane(3)],
      ['bad', () => lane(2, 4)],
    ]);
    expect(lines.at(-1)).toBe('\n5 passed, 4 failed, 2 skipped');
    expect(total).toEqual({ passed: 5, failed: 4, skipped: 2 });
    expect(lines.join('\n')).toContain('output of 2');
    expect(lines.join('\n')).not.toContain('output of 3');
  });

  it.each([
    ['throws', () => Promise.reject(new Error('the disk is full'))],
    [
      'throws before it begins',
      () => {
        throw new Error('the disk is full');
      },
    ],
  ])('go on when one of them %s', async (_, broken) => {
    const { lines } = await printed([
      ['broken', broken],
      ['good', () => lane(1)],
    ]);
    expect(lines.join('\n')).toContain('the disk is full');
    expect(lines.at(-1)).toBe('\n1 passed, 1 failed, 1 skipped');
  });

  it('that were not begun when the command is stopped have failed', async () => {
    const stop = new AbortController();
    const first = async () => {
      stop.abort();
      return lane(1);
    };
    const { lines } = await printed(
      [
        ['first', first],
        ['second', () => lane(1)],
      ],
      stop.signal,
    );
    expect(lines.at(-1)).toBe('\n1 passed, 1 failed, 1 skipped');
  });
});
