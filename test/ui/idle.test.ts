import { setTimeout as sleep } from 'node:timers/promises';
import { useStage } from './stage.ts';

const story = useStage();

describe('idle', () => {
  story('costs nothing', async ({ lp }) => {
    await lp.openPanel();
    await sleep(3000);
    await lp.page.screenshot({ path: '/tmp/ui-idle.png' });
    const mark = lp.requests.length;
    await sleep(5000);
    console.log(lp.requests.slice(mark), lp.log);
    console.log(lp.requests.slice(0, mark).filter(({url}) => url.includes('dirac')).map(({method, url}) => method + url));
  });
});
