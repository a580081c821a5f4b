import { createFairQueue } from './fair-queue.ts';

it('gives turns one at a time, in the order of asking, also to those who ask while others wait', async () => {
  const queue = createFairQueue();
  const order: string[] = [];
  let atOnce = 0;
  const visit = async (name: string) => {
    const pass = await queue.turn();
    expect(++atOnce).toBe(1);
    order.push(name);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce--;
    pass();
  };
  const first = [visit('a'), visit('b'), visit('c')];
  await first[0];
  await Promise.all([...first, visit('d'), visit('e')]);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
});
