import type { Logger } from './logger.ts';
import { noMeters } from './metrics/meters.ts';
import type { Meters } from './metrics/meters.ts';

export interface Agent {
  name: string;
  everyMs: number;
  /** One pass; whatever it does may be repeated or interrupted. */
  run: () => Promise<void>;
}

/**
 * Runs periodic work: one pass at a time, a failed pass is logged and the next one comes. `mayRun` is asked before each pass: of several
 * servers one does an agent's work.
 */
export function startAgents(
  agents: readonly Agent[],
  logger: Logger,
  mayRun: (agent: string, everyMs: number) => Promise<boolean> = () => Promise.resolve(true),
  { passed }: Pick<Meters, 'passed'> = noMeters,
): { stop(): Promise<void> } {
  let stopped = false;
  const runOnce = async ({ name, everyMs, run }: Agent): Promise<void> => {
    if (!(await mayRun(name, everyMs))) return;
    const begunMs = performance.now();
    let outcome: 'done' | 'failed' = 'failed';
    try {
      await run();
      outcome = 'done';
    } finally {
      passed(name, outcome, (performance.now() - begunMs) / 1000);
    }
  };
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
        await runOnce(agent).catch((error: unknown) => logger.error({ err: error, agent: agent.name }, 'an agent failed; it tries again'));
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
