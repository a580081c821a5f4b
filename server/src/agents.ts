import type { Logger } from './logger.ts';

export interface Agent {
  name: string;
  everyMs: number;
  /** One pass; whatever it does may be repeated or interrupted. */
  run: () => Promise<void>;
}

/** Runs periodic work: one pass at a time, a failed pass is logged and the next one comes. */
export function startAgents(agents: readonly Agent[], logger: Logger): { stop(): Promise<void> } {
  let stopped = false;
  const loops = agents.map((agent) => {
    let wake = (): void => undefined;
    const loop = (async () => {
      while (!stopped) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, agent.everyMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        if (stopped) return;
        await agent.run().catch((error: unknown) => logger.error({ err: error, agent: agent.name }, 'an agent failed; it tries again'));
      }
    })();
    return { loop, wake: () => wake() };
  });
  return {
    async stop() {
      stopped = true;
      for (const { wake } of loops) wake();
      await Promise.all(loops.map(({ loop }) => loop));
    },
  };
}
