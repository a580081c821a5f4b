import type { SandboxFile } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';

export interface Preview {
  path: string;
  /** Undefined: these bytes are no text. */
  text: string | undefined;
}

export async function readText(session: IDiracSession, jobId: number, kind: 'input' | 'output', { path }: SandboxFile): Promise<Preview> {
  const { client, contract } = await session.client();
  const route = kind === 'input' ? contract.getInputFile : contract.getOutputFile;
  const answer = await client.download(route, { params: { jobId }, query: { path } });
  return { path, text: asText(await answer.bytes()) };
}

/** UTF-8 without NUL is text; anything else would be a screen of boxes. */
export function asText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
