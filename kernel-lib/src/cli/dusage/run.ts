import { jobPlots, jobUsageKeys, pilotPlots, pilotUsageKeys, reportUsage, type UsageQuery } from '@diraclab/contract';
import { openClient } from '../../connection';
import { toSeconds } from '../../units';
import type { UsageReport } from '../../types';
import type { RunOf } from '../commands';
import { usageError } from '../exit-codes';
import { chooseFormat } from '../formats';
import { hint } from '../options/did-you-mean';
import { csvLine } from '../text/csv';
import { join, json, type Printable } from '../text/printable';
import { prettyTable } from '../text/table';
import type { dusageSpec } from './spec';
import { amountText } from '../../usage';

export const dusage: RunOf<typeof dusageSpec> = async ({ options, args }, io) => {
  if (args.length > 0) throw usageError(`dusage takes options only, not "${args[0] ?? ''}".`, 'dusage -h shows examples.');
  const format = chooseFormat(options);
  const query = queryOf(options);
  const client = await openClient(io.env);
  const now = Date.now();
  const report = await client(
    reportUsage,
    {
      body: {
        ...query,
        from: new Date(now - secondsOf(options.last ?? '7d') * 1000).toISOString(),
        ...(options.most === undefined ? {} : { most: numberOf(options.most) }),
      },
    },
    { signal: io.signal },
  );
  io.print(format === 'document' ? json({ v: 1, ...report }, 1) : tableOf(report, query.groupBy, format === 'csv'));
  return 0;
};

function queryOf(options: { by?: string; plot?: string; pilots?: true }): Pick<UsageQuery, 'type' | 'plot' | 'groupBy'> & UsageQuery {
  if (options.pilots) {
    const plot = oneOf('plot', pilotPlots, options.plot ?? 'jobs');
    return { type: 'Pilot', plot, groupBy: oneOf('by', pilotUsageKeys, options.by ?? 'site') };
  }
  const plot = oneOf('plot', jobPlots, options.plot ?? 'cpuTime');
  return { type: 'Job', plot, groupBy: oneOf('by', jobUsageKeys, options.by ?? 'site') };
}

function oneOf<const Word extends string>(option: string, words: readonly Word[], given: string): Word {
  const found = words.find((word) => word.toLowerCase() === given.toLowerCase());
  if (found === undefined) throw usageError(`--${option} "${given}" is not known.${hint(given, words)}`, `One of: ${words.join(', ')}.`);
  return found;
}

function secondsOf(text: string): number {
  try {
    return toSeconds(text as '1d', '--last');
  } catch (error) {
    throw usageError((error as Error).message, 'For example --last 30d.');
  }
}

function numberOf(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1)
    throw usageError(`--most "${text}" is not a number from 1 to 100.`, 'For example --most 20.');
  return Number(text);
}

function tableOf(report: UsageReport, by: string, csv: boolean): Printable {
  if (csv) {
    const rows = report.series.map(({ key, total }) => [key, total === null ? '' : String(total)]);
    return join([csvLine([by, `${report.plot} (${report.unit})`]), ...rows.map(csvLine)], '\n');
  }
  const rows = report.series.map(({ key, total }) => [key, amountText(total, report.unit)]);
  return prettyTable([{ name: by }, { name: report.plot, align: 'right' }], rows);
}
