import pg from 'pg';
import { channel } from './kysely-parts.ts';

const reconnectMs = 2_000;

export interface Listener {
  on(topic: string, heard: () => void): void;
  close(): Promise<void>;
}

/**
 * A connection of its own that hears what other servers announce. Hints only: what is said while it is down is lost, so after each
 * connection everybody is told to look.
 */
export function createListener(url: string): Listener {
  const listeners = new Map<string, Set<() => void>>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let connecting: Promise<void> | undefined;
  let closed = false;

  const tell = (topic?: string): void => {
    for (const [name, all] of listeners) if (topic === undefined || topic === name) for (const heard of all) heard();
  };

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'diraclab-listener', keepAlive: true });
    const lost = (): void => {
      if (client !== next) return;
      client = undefined;
      if (!closed) timer = setTimeout(begin, reconnectMs).unref();
    };
    client = next;
    next.on('error', lost).on('end', lost);
    next.on('notification', ({ payload }) => tell(payload));
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      tell();
    } catch {
      lost();
      await next.end().catch(() => undefined);
    }
  }

  function begin(): void {
    connecting = closed ? undefined : connect();
  }

  return {
    on(topic, heard) {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all.add(heard));
      if (client === undefined && timer === undefined) begin();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
