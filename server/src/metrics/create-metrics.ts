import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/port.ts';
import { version } from '../version.ts';
import type { Meters } from './meters.ts';
import { readSums } from './read-sums.ts';

export interface Metrics {
  meters: Meters;
  contentType: string;
  /** Reads the sums, and writes everything in Prometheus' text format. */
  scrape(): Promise<string>;
}

/** Up to the 30 s for which a pilot's question is held. */
const requestBucketsS = [0.005, 0.02, 0.1, 0.5, 2, 10, 40];
const passBucketsS = [0.01, 0.1, 1, 10, 60];

export function createMetrics({ database, liveConnections }: { database: Database; liveConnections: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({ name: 'diraclab_info', help: 'Version and kind of database; always 1', labelNames: ['version', 'database'], registers }); // prettier-ignore
  build.set({ version, database: database.kind }, 1);
  new Gauge({
    name: 'diraclab_live_connections',
    help: 'Live connections of this server',
    registers,
    collect() {
      this.set(liveConnections());
    },
  });
  const sums = sumGauges(registry);
  return {
    meters: createMeters(registry),
    contentType: registry.contentType,
    async scrape() {
      // A database that does not answer must not hide the rest, least of all from those who look why.
      const read = await readSums(database.read).catch(() => undefined);
      sums.up.set(read === undefined ? 0 : 1);
      sums.jobs.reset();
      sums.pilots.reset();
      for (const { status, n } of read?.jobs ?? []) sums.jobs.set({ status }, n);
      for (const { status, n } of read?.pilots ?? []) sums.pilots.set({ status }, n);
      // No number is better than an old one.
      if (read === undefined) [sums.waitingJobs, sums.waitingQueues].forEach((gauge) => gauge.remove());
      else {
        sums.waitingJobs.set(read.waitingJobs);
        sums.waitingQueues.set(read.waitingQueues);
      }
      return registry.metrics();
    },
  };
}

/** Of the whole database: several servers on one say the same. */
function sumGauges(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const byStatus = (name: string, help: string) => new Gauge({ name, help, labelNames: ['status'], registers: [registry] });
  return {
    up: gauge('diraclab_database_up', '1 while the database answers; without it there are no sums'),
    jobs: byStatus('diraclab_jobs', 'Jobs in the database by status'),
    pilots: byStatus('diraclab_pilots', 'Pilots that have not ended, or only just, by status'),
    waitingJobs: gauge('diraclab_waiting_jobs', 'Jobs that a pilot may take'),
    waitingQueues: gauge('diraclab_task_queues', 'Task queues with such jobs'),
  };
}

function createMeters(registry: Registry): Meters {
  const registers = [registry];
  const requests = new Counter({ name: 'diraclab_requests_total', help: 'Requests by route of the contract and status; gone: the client left first', labelNames: ['route', 'status'], registers }); // prettier-ignore
  const durations = new Histogram({ name: 'diraclab_request_duration_seconds', help: 'From the request to the end of its answer; matchJobs is held on purpose', labelNames: ['route'], buckets: requestBucketsS, registers }); // prettier-ignore
  const passes = new Counter({ name: 'diraclab_agent_passes_total', help: 'Passes of periodic work by outcome', labelNames: ['agent', 'outcome'], registers }); // prettier-ignore
  const passDurations = new Histogram({ name: 'diraclab_agent_pass_duration_seconds', help: 'How long a pass took', labelNames: ['agent'], buckets: passBucketsS, registers }); // prettier-ignore
  return {
    answered(route, status, durationS) {
      requests.inc({ route, status: String(status) });
      durations.observe({ route }, durationS);
    },
    passed(agent, outcome, durationS) {
      passes.inc({ agent, outcome });
      passDurations.observe({ agent }, durationS);
    },
  };
}
