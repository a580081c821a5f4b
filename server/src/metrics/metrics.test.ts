import { countJobs, submitJobs } from '@diraclab/contract';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

/** Nobody listens there now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `name{labels}` → value, of every line that is not a comment; fails where a line is neither. */
function parse(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, series = '', value = ''] = /^([a-z][a-z0-9_]*(?:\{(?:[a-zA-Z_]+="[^"\\]*",?)+\})?) (-?[0-9.e+-]+|Nan|\+Inf)$/.exec(line) ?? [];
    expect([line, series]).not.toEqual([line, '']);
    found.set(series, Number(value));
  }
  return found;
}

describeGrid('the metrics', (start) => {
  async function begin(): Promise<{ grid: TestGrid; url: string }> {
    const port = await freePort();
    return { grid: await start({ metrics: { host: '127.0.0.1', port } }), url: `http://127.0.0.1:${port}/metrics` };
  }
  const scrape = async (url: string) => {
    const text = await (await fetch(url)).text();
    return { text, series: parse(text) };
  };

  it('tell during work what the API tells: jobs by status, what waits, pilots, requests; and nobody by name', async () => {
    const { grid, url } = await begin();
    const canary = 'canary';
    const description = { executable: '/bin/true', arguments: [canary], jobName: canary, jobGroup: canary };
    await grid.call(submitJobs, { body: { description, parameters: Array.from({ length: 5 }, (_, x) => ({ x })) } });
    const pilot = await grid.pilot(`DIRAC.${canary}.org`);
    const [done, running] = [await pilot.match(), await pilot.match()];
    await pilot.report(...done.map((job) => ranWell(job)));
    await pilot.report(...running.map(({ jobId, attempt }) => ({ jobId, attempt, statuses: [{ sequence: 1, status: 'Running' as const, minorStatus: canary }] }))); // prettier-ignore
    await grid
      .callAs(canary)(countJobs, { body: { groupBy: 'status' } })
      .catch(() => undefined);

    const { counts } = await grid.call(countJobs, { body: { groupBy: 'status' } });
    const { text, series } = await scrape(url);
    expect(counts.length).toBe(3);
    for (const { value, count } of counts) expect([value, series.get(`diraclab_jobs{status="${value}"}`)]).toEqual([value, count]);
    expect(series.get('diraclab_waiting_jobs')).toBe(3);
    expect(series.get('diraclab_task_queues')).toBe(1);
    expect(series.get('diraclab_pilots{status="Running"}')).toBe(1);
    expect(series.get(`diraclab_requests_total{route="submitJobs",status="${submitJobs.status}"}`)).toBe(1);
    expect(series.get('diraclab_requests_total{route="matchJobs",status="200"}')).toBe(2);
    expect(series.get('diraclab_requests_total{route="countJobs",status="401"}')).toBe(1);
    expect(series.get('diraclab_request_duration_seconds_count{route="matchJobs"}')).toBe(2);
    expect(series.get('diraclab_database_up')).toBe(1);
    expect(series.get('diraclab_live_connections')).toBe(0);
    expect([...series.keys()]).toContainEqual(expect.stringMatching(/^diraclab_info\{version="[\d.]+",database="(sqlite|postgres)"\}$/));
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']) expect(series.has(name)).toBe(true);
    expect(text).not.toMatch(new RegExp(`${canary}|laptop|${grid.token}|/api/`));
  });

  it('are told of periodic work too, and come back after a restart', async () => {
    const { grid, url } = await begin();
    await grid.restart();
    for (;;) {
      const { series } = await scrape(url);
      if ((series.get('diraclab_agent_passes_total{agent="operation",outcome="done"}') ?? 0) === 0) continue;
      expect(series.get('diraclab_agent_pass_duration_seconds_count{agent="operation"}')).toBeGreaterThan(0);
      break;
    }
  });

  it('are the only thing behind their door, and are not behind the other', async () => {
    const { grid, url } = await begin();
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    expect((await fetch(url.replace('/metrics', '/api/live'))).status).toBe(404);
    expect(grid.address).toMatch(/^unix:/);
    expect((await start()).address).not.toBe(grid.address);
  });
});
