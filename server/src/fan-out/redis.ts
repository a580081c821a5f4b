/** All that needs Redis' client: a file of its own at run time, which a server without Redis never reads. */
export { connectRedis, createRedisFanOut } from './redis-fan-out.ts';
export { createRedisTails } from './redis-tails.ts';
