/** What goes between the server and a thread that holds a SQLite connection. One request, one reply, in order. */
export type SqliteAct =
  | { act: 'open'; path: string; access: 'write' | 'read' }
  /** `inTransaction`: refuse when SQLite has rolled the transaction back by itself (disk full, I/O error), rather than run outside it. */
  | { act: 'query'; text: string; parameters: readonly unknown[]; inTransaction: boolean; withinMs?: number | undefined }
  /** The same statement for each row, which gives no rows back. */
  | { act: 'each'; text: string; rows: readonly (readonly unknown[])[] }
  | { act: 'begin' }
  | { act: 'commit' }
  | { act: 'rollback' }
  | { act: 'close' };

export type SqliteRequest = SqliteAct & { id: number };

export type SqliteReply =
  | { id: number; columns: string[]; rows: unknown[][] }
  | { id: number; changes: number; lastInsertRowid: number }
  | { id: number; error: { message: string; code: string; errcode: number | undefined } };
