import { createDiracLab } from './lab-api';
import type { MimeBundle, Screen } from './notebook';
import { createSession, type Session } from './session';
import { startTinyServer, type TinyServer } from './testing/tiny-server';
import { amountText } from './usage';

let server: TinyServer;
let session: Session;
const shown: MimeBundle[] = [];
const screen: Screen = {
  isNotebook: true,
  show: (bundle) => void shown.push(bundle),
  line: () => undefined,
  onInterrupt: () => () => {},
};
beforeEach(async () => {
  shown.length = 0;
  server = await startTinyServer();
  session = createSession(server.env, screen);
});
afterEach(async () => {
  session.live.close();
  await server.stop();
});

describe('alice asks what she used', () => {
  it('gets numbers, and a plot below the cell with one point a bucket', async () => {
    const report = await createDiracLab(() => session).usage({ groupBy: 'jobGroup', last: '30d' });
    expect(report.series[0]).toEqual({ key: 'by jobGroup', values: [7200, 28_800], total: 36_000 });
    const [bundle] = shown;
    const plot = bundle?.['application/vnd.vegalite.v5+json'] as { data: { values: { time: string; amount: number | null }[] } };
    expect(plot.data.values.slice(0, 2)).toMatchObject([
      { time: '2026-11-22T10:00:00.000Z', amount: 7200 },
      { time: '2026-11-22T11:00:00.000Z', amount: 28_800 },
    ]);
    expect(bundle?.['text/plain']).toContain('by jobGroup: 10 h');
  });

  it('a span that is no time is refused before anything is sent', async () => {
    await expect(createDiracLab(() => session).usage({ last: '30 years' as '30d' })).rejects.toThrow('last: "30 years" is not a time');
    expect(server.requests).toEqual([]);
  });

  it('amounts are said as people say them', () => {
    expect([
      amountText(35_000, 's'),
      amountText(36_000, 's'),
      amountText(null, '%'),
      amountText(97.26, '%'),
      amountText(2.5e9, 'bytes'),
    ]).toEqual(['35000 s', '10 h', '-', '97.3 %', '2.5 GB']);
  });
});
