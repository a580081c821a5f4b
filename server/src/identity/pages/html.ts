import { createHash } from 'node:crypto';

/** Text of a page. Only {@link html} makes one, and it escapes whatever is put in that is not one itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[];

export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(texts.reduce((page, text, i) => page + toText(parts[i - 1] ?? '') + text));
}

function toText(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1rem;color:#1c1c1c;background:#fff}
h1{font-size:1.4rem}code{font-size:1.6rem;letter-spacing:.1em}button,input{font:inherit;padding:.5rem 1rem;margin:.3rem .3rem .3rem 0}
input{text-transform:uppercase;letter-spacing:.1em}.who{overflow-wrap:anywhere;font-weight:600}.quiet{color:#595959}
@media(prefers-color-scheme:dark){body{color:#eee;background:#1c1c1c}.quiet{color:#aaa}a{color:#9cf}}`;

/** No script, no picture, nothing from elsewhere; forms come back to us alone, and no page shows ours inside it. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** `goTo`: the browser goes on at once. Not a redirect after the form, whose targets a browser would check against `form-action`. */
export function page(title: string, body: Html, goTo?: string): string {
  const refresh = goTo === undefined ? new Html('') : html`<meta http-equiv="refresh" content="0;url=${goTo}" />`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        ${refresh}
        <title>${title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.text;
}
