/** A failure in three sentences. `what` is what the user wanted. */
export interface Trouble {
  what: string;
  why: string;
  next: string;
  code: string | undefined;
}

/** Errors of the contract know their code and what to do next; others are the network's or ours. The check is by shape: the contract is loaded late. */
export function explain(what: string, error: unknown): Trouble {
  const {
    message = String(error),
    code,
    next,
    name,
  } = (typeof error === 'object' && error !== null ? error : {}) as {
    message?: string;
    code?: string;
    next?: string;
    name?: string;
  };
  // A part of ours that is loaded late comes from Lab as well.
  if (error instanceof TypeError || name === 'TypeError' || name === 'ChunkLoadError') {
    return {
      what,
      why: `JupyterLab's server did not answer (${message}).`,
      next: 'See whether JupyterLab still runs, then try again.',
      code: undefined,
    };
  }
  return { what, why: message, next: next ?? 'Try again; if it stays, see server.log in the data directory.', code };
}

/** For a notice or a screen reader: one text. */
export const inOneText = ({ what, why, next, code }: Trouble): string => `${what}: ${why} ${next}${code === undefined ? '' : ` [${code}]`}`;
