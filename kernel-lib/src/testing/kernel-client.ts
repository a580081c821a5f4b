import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';

/** A message of the Jupyter protocol, the parts that are looked at. */
export interface KernelMessage {
  type: string;
  parentId: string;
  content: Record<string, unknown>;
}

export interface Cell {
  status: string;
  stdout: string;
  stderr: string;
  displays: { data: Record<string, unknown>; update: boolean }[];
}

/** The other side of a kernel: a small front end that speaks ZeroMQ to a real kernel process. */
export async function startKernel(argv: string[], cwd: string, env: Record<string, string | undefined>) {
  const key = randomUUID();
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await freePorts(5)) as [number, number, number, number, number];
  const file = join(cwd, 'connection.json');
  const connection = {
    ip: '127.0.0.1',
    transport: 'tcp',
    signature_scheme: 'hmac-sha256',
    key,
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
  };
  await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
  const process_: ChildProcess = spawn(argv[0] as string, [...argv.slice(1), file], {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let noise = '';
  process_.stderr?.on('data', (chunk: Buffer) => (noise += chunk.toString()));

  const hasEnded = () => process_.exitCode !== null || process_.signalCode !== null;

  const shell = new Dealer({ linger: 0 });
  const control = new Dealer({ linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shell_port}`);
  control.connect(`tcp://127.0.0.1:${control_port}`);
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  iopub.subscribe('');

  const seen: KernelMessage[] = [];
  let wake = () => {};
  const read = async (socket: AsyncIterable<Buffer[]>) => {
    for await (const frames of socket) {
      const start = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>') + 2;
      const [header, parent, , content] = frames.slice(start).map((frame) => JSON.parse(frame.toString()) as Record<string, unknown>);
      seen.push({ type: String(header?.['msg_type']), parentId: String(parent?.['msg_id']), content: content ?? {} });
      wake();
    }
  };
  const readers = [shell, control, iopub].map((socket) => read(socket as unknown as AsyncIterable<Buffer[]>).catch(() => {}));

  async function send(socket: Dealer, type: string, content: object): Promise<string> {
    const msgId = randomUUID();
    const header = { msg_id: msgId, msg_type: type, session: 's', username: 'alice', date: new Date().toISOString(), version: '5.3' };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac('sha256', key).update(parts.join('')).digest('hex');
    await socket.send(['<IDS|MSG>', signature, ...parts]);
    return msgId;
  }

  async function find(holds: (message: KernelMessage) => boolean, withinMs = 60_000): Promise<KernelMessage> {
    const endMs = Date.now() + withinMs;
    for (;;) {
      const found = seen.find(holds);
      if (found !== undefined) return found;
      if (Date.now() > endMs || hasEnded()) throw new Error(`The kernel did not answer. ${noise}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 200);
      });
    }
  }

  async function ask(type: string, content: object): Promise<Record<string, unknown>> {
    const id = await send(shell, type, content);
    return (await find((message) => message.parentId === id && message.type === type.replace('request', 'reply'))).content;
  }

  return {
    pid: process_.pid as number,
    process: process_,
    ask,
    seen,
    async run(code: string): Promise<Cell> {
      const id = await send(shell, 'execute_request', {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
      });
      const reply = await find((message) => message.parentId === id && message.type === 'execute_reply');
      await find((message) => message.parentId === id && message.type === 'status' && message.content['execution_state'] === 'idle');
      const mine = seen.filter((message) => message.parentId === id);
      const text = (name: string) => mine.filter(({ type, content }) => type === 'stream' && content['name'] === name).map(({ content }) => content['text']).join(''); // prettier-ignore
      const displays = mine
        .filter(({ type }) => type.endsWith('display_data'))
        .map(({ type, content }) => ({ data: content['data'] as Record<string, unknown>, update: type.startsWith('update') }));
      // tslab aborts whatever comes within 200 ms of an error.
      if (reply.content['status'] === 'error') await new Promise((resolve) => setTimeout(resolve, 300));
      return { status: String(reply.content['status']), stdout: text('stdout'), stderr: text('stderr'), displays };
    },
    async shutdown(): Promise<void> {
      await send(control, 'shutdown_request', { restart: false });
    },
    /** Resolves to how it ended, or `alive`. */
    ended: (withinMs: number) =>
      new Promise<string>((resolve) => {
        const ends = () => resolve('ended');
        if (hasEnded()) return ends();
        process_.once('exit', ends);
        setTimeout(() => resolve('alive'), withinMs).unref();
      }),
    async close(): Promise<void> {
      if (!hasEnded()) process_.kill('SIGKILL');
      for (const socket of [shell, control, iopub]) socket.close();
      await Promise.all(readers);
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    })),
  ); // prettier-ignore
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
