import { createHash } from 'node:crypto';

/** The window closes itself where it may; it was opened by Lab for this. */
const script = 'window.close();';
const style = 'body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em}h1{font-size:1.3em}';
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the browser shows when it comes back from the service. */
export function outcomePage(failure: string | undefined): { headers: Record<string, string>; body: string } {
  const title = failure === undefined ? 'You are signed in' : 'You are not signed in';
  const text =
    failure === undefined
      ? 'You can close this window and go back to JupyterLab.'
      : `${failure} Close this window and try again in JupyterLab.`;
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1><p>${escape(text)}</p>${failure === undefined ? `<script>${script}</script>` : ''}</body></html>
`;
  const sources = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return {
    body,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': sources,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    },
  };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
