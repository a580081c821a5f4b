import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContractError, createClient, serverFileName, type Client, type ServerFile } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import type { ServerPlace } from './arguments.ts';
import { messageOf, type Log } from './log.ts';
import { isLasting } from './retry.ts';

export interface ServerLink {
  readonly graceMs: number;
  /** How often contact was lost so far. After each time the server may be another one, which has forgotten what it kept in memory. */
  readonly losses: number;
  /**
   * One question. It fails when nothing was heard for `quietMs`; a long transfer says `alive()` with every piece. `signal` takes it back.
   */
  ask<T>(quietMs: number, signal: AbortSignal | undefined, act: (client: Client, question: Question) => Promise<T>): Promise<T>;
}

export interface Question {
  readonly signal: AbortSignal;
  alive(): void;
}

export interface LinkNeeds {
  readonly where: ServerPlace;
  readonly token: string;
  readonly graceMs: number;
  readonly log: Log;
  /** No answer for the grace time, or an answer that this pilot is not known any more. */
  onGone(why: string): void;
}

/**
 * Speaks with the server, and knows since when it does not answer. That is counted from the first failure, not from the last answer:
 * a pilot that was itself asleep (a closed laptop, SIGSTOP) has heard nothing for long and yet lost nobody.
 */
export function createServerLink({ where, token, graceMs, log, onGone }: LinkNeeds): ServerLink {
  let address: string | undefined;
  let client: Client | undefined;
  let awaySinceMs: number | undefined;
  let losses = 0;

  async function connected(): Promise<Client> {
    const next = 'address' in where ? where.address : await readAddress(where.dataDirectory);
    if (client === undefined || next !== address) {
      if (address !== undefined) log.info('server-moved', { address: next });
      address = next;
      client = createClient(nodeTransport(next), () => ({ authorization: `Bearer ${token}` }));
    }
    return client;
  }

  function answered(): void {
    if (awaySinceMs !== undefined) log.info('server-back', { awayMs: Math.round(performance.now() - awaySinceMs) });
    awaySinceMs = undefined;
  }

  function failed(error: unknown): void {
    if (error instanceof ContractError && error.code === 'StalePilot')
      return onGone(`the server does not know this pilot any more: ${error.message}`);
    if (isLasting(error)) return answered();
    const now = performance.now();
    if (awaySinceMs === undefined) {
      losses += 1;
      log.warn('server-away', { detail: messageOf(error) });
    }
    awaySinceMs ??= now;
    if (now - awaySinceMs >= graceMs) onGone(`no answer from the server for ${graceMs / 1000} s: ${messageOf(error)}`);
  }

  return {
    graceMs,
    get losses() {
      return losses;
    },
    async ask(quietMs, signal, act) {
      const question = new AbortController();
      const giveUp = () => question.abort(new Error(`no answer within ${quietMs / 1000} s`));
      let timer = setTimeout(giveUp, quietMs);
      const takeBack = () => question.abort(signal?.reason);
      signal?.addEventListener('abort', takeBack, { once: true });
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, quietMs);
      };
      try {
        signal?.throwIfAborted();
        // While all goes well the file is not read again; after a failure the server may be a new one.
        const known = client !== undefined && awaySinceMs === undefined ? client : await connected();
        const answer = await act(known, { signal: question.signal, alive });
        answered();
        return answer;
      } catch (error) {
        if (signal?.aborted !== true) failed(question.signal.aborted ? question.signal.reason : error);
        throw error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', takeBack);
      }
    },
  };
}

async function readAddress(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, serverFileName);
  const { address } = JSON.parse(await readFile(path, 'utf8')) as Partial<ServerFile>;
  if (typeof address !== 'string') throw new Error(`${path} names no address`);
  return address;
}
