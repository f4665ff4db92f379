import { Gauge, type Registry } from 'prom-client';
import type { ApiDependencies } from '../dependencies.js';

/** Of the last reconciliation, whichever process made it. Absent before the first, and when it cannot be read. */
export function observeLedger(
  registry: Registry,
  { reconciliation, clock, log }: Pick<ApiDependencies, 'reconciliation' | 'clock' | 'log'>,
): void {
  let asked: ReturnType<typeof reconciliation.last> | undefined;
  /** All gauges of one scrape ask once. */
  const last = () => {
    asked ??= reconciliation
      .last()
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, 'the last reconciliation cannot be read');
        return undefined;
      })
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const gauge = (name: string, help: string, value: (report: Report) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const report = await last();
        if (report) this.set(value(report));
        else this.remove();
      },
    });
  gauge(
    'quittance_ledger_difference_micro_usdc',
    'What the custodial account holds more than it should, by the last reconciliation',
    ({ differenceMicro }) => Number(differenceMicro),
  );
  gauge(
    'quittance_ledger_findings',
    'Accounts, holds and payments on which the books do not agree with themselves',
    ({ findingCount }) => findingCount,
  );
  gauge(
    'quittance_ledger_reconciled_seconds',
    'Age of the last reconciliation',
    ({ at }) => Math.max(0, clock.now() - Date.parse(at)) / 1_000,
  );
}

type Report = NonNullable<Awaited<ReturnType<ApiDependencies['reconciliation']['last']>>>;
