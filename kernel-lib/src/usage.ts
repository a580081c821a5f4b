import { reportUsage, type UsageQuery } from '@diraclab/contract';
import type { MimeBundle } from './notebook';
import type { Session } from './session';
import type * as Public from './types';
import { toSeconds } from './units';

/** Asks for a report and, in a notebook, draws it below the cell. */
export async function usage(session: Session, query: Public.UsageQuery): Promise<Public.UsageReport> {
  const { last, ...rest } = query;
  const from = last === undefined ? {} : { from: new Date(Date.now() - toSeconds(last, 'last') * 1000).toISOString() };
  const call = await session.client();
  const report = await call(reportUsage, { body: { type: 'Job', plot: 'cpuTime', groupBy: 'site', ...rest, ...from } as UsageQuery });
  session.screen.show(bundleOfUsage(report));
  return report;
}

/** Vega-Lite, which JupyterLab draws by itself; text for viewers that do not. */
export function bundleOfUsage(report: Public.UsageReport): MimeBundle {
  const { plot, unit, bucketS, series } = report;
  const start = Date.parse(report.from);
  const values = series.flatMap(({ key, values: amounts }) =>
    amounts.map((amount, i) => ({ time: new Date(start + i * bucketS * 1000).toISOString(), key, amount })),
  );
  const stacked = unit !== '%' && unit !== 'jobs per pilot';
  return {
    'application/vnd.vegalite.v5+json': {
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
      width: 600,
      height: 240,
      data: { values },
      mark: { type: stacked ? 'area' : 'line', tooltip: true },
      encoding: {
        x: { field: 'time', type: 'temporal', title: null },
        y: { field: 'amount', type: 'quantitative', title: `${plot} (${unit})`, stack: stacked },
        color: { field: 'key', type: 'nominal', title: null },
      },
    },
    'text/plain': textOfUsage(report),
  };
}

function textOfUsage({ plot, unit, from, to, series }: Public.UsageReport): string {
  const rows = series.map(({ key, total }) => `${key}: ${amountText(total, unit)}`);
  return [`${plot} from ${from} to ${to}`, ...(rows.length === 0 ? ['nothing was used'] : rows)].join('\n');
}

/** As people say it: seconds as hours when there are many, bytes with their unit. */
export function amountText(total: number | null, unit: Public.UsageReport['unit']): string {
  if (total === null) return '-';
  if (unit === 's') return total >= 36_000 ? `${round(total / 3600)} h` : `${round(total)} s`;
  if (unit === 'bytes') return total >= 1e9 ? `${round(total / 1e9)} GB` : total >= 1e6 ? `${round(total / 1e6)} MB` : `${total} B`;
  if (unit === '%') return `${round(total)} %`;
  return String(round(total));
}

const round = (value: number): number => Math.round(value * 10) / 10;
