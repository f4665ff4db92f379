import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { circle, forbidden, type Import, importsOf } from './import-rule.js';

const SRC = new URL('../../src/', import.meta.url);
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
);
const imports = files.flatMap((file) => importsOf(file, readFileSync(new URL(file, SRC), 'utf8')));

describe('the house', () => {
  it('is read at all', () => expect(imports.length).toBeGreaterThan(100));

  it('has every import it names', () =>
    expect(imports.filter(({ target }) => target.endsWith('.ts') && !files.includes(target))).toEqual([]));

  it('keeps the import rule', () => expect(forbidden(imports)).toEqual([]));

  it('has no circle', () => expect(circle(imports)?.join(' → ')).toBeUndefined());
});

const one = (file: string, target: string): readonly Import[] => [{ file, line: 1, target }];

describe('the import rule', () => {
  it.each([
    ['events/user.ts', 'kernel/ids.ts'],
    ['commands/user/decide.ts', 'events/user.ts'],
    ['ports/timers.ts', 'commands/user/commands.ts'],
    ['projections/escrow/project.ts', 'ports/sql.ts'],
    ['planning/match.ts', 'projections/services/queries.ts'],
    ['receipts/issue.ts', 'verifier/verify.ts'],
    ['api/http/escrow.controller.ts', 'payments/deposit.ts'],
    ['adapters/postgres/store.ts', 'ports/event-store.ts'],
    ['embedded/stack.ts', 'adapters/postgres/store.ts'],
    ['main.ts', 'app.module.ts'],
    ['adapters/snarkjs/prove.process.ts', 'receipts/witness.ts'],
  ])('allows %s to import %s', (file, target) => expect(forbidden(one(file, target))).toEqual([]));

  it.each([
    ['kernel/ids.ts', 'events/user.ts'],
    ['events/user.ts', 'commands/user/state.ts'],
    ['commands/user/decide.ts', 'ports/clock.ts'],
    ['sagas/settle.ts', 'projections/escrow/queries.ts'],
    ['ports/timers.ts', 'runtime/timer-runner.ts'],
    ['adapters/nats/jobs.ts', 'runtime/log.ts'],
    ['adapters/nats/jobs.ts', 'payments/deposit.ts'],
    ['runtime/persist.ts', 'adapters/memory/event-store.ts'],
    ['planning/match.ts', 'api/http/errors.ts'],
    ['api/http/app.ts', 'embedded/stack.ts'],
    ['verifier/verify.ts', 'events/receipt.ts'],
    ['provider-node/run.ts', 'ports/clock.ts'],
    ['runtime/persist.ts', '../test/kit/clock.ts'],
  ])('forbids %s to import %s', (file, target) => expect(forbidden(one(file, target))).toHaveLength(1));

  it('names file, line and both rooms', () =>
    expect(
      forbidden(importsOf('kernel/ids.ts', "// ids\nimport type { A } from '../events/user.js';\n")),
    ).toEqual(['src/kernel/ids.ts:2 (kernel) imports events/user.ts (events)']));

  it('sees re-exports, types, side effects and dynamic imports', () => {
    const text =
      "import './a.js';\nexport * from './b.js';\nexport type { C } from './c.js';\nawait import('./d.js');\ntype E = import('./e.js').E;";
    expect(importsOf('kernel/x.ts', text).map(({ target, line }) => [target, line])).toEqual([
      ['kernel/a.ts', 1],
      ['kernel/b.ts', 2],
      ['kernel/c.ts', 3],
      ['kernel/d.ts', 4],
      ['kernel/e.ts', 5],
    ]);
  });

  it('takes no file for one without imports that it cannot read', () =>
    expect(() => importsOf('kernel/x.ts', "import { from './a.js';")).toThrow('kernel/x.ts: '));

  it('finds a circle and says its way round', () => {
    const graph = [...one('a.ts', 'b.ts'), ...one('b.ts', 'c.ts'), ...one('c.ts', 'b.ts')];
    expect(circle(graph)).toEqual(['b.ts', 'c.ts', 'b.ts']);
    expect(circle(graph.slice(0, 2))).toBeUndefined();
  });
});
