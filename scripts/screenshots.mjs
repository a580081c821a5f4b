// `npm run screenshots`: takes docs/images/lab.png anew, by the steps of the browser story.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './lib/chromium.mjs';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { fail, Remedy } from './lib/remedy.mjs';
import { setUp, setUpNode24 } from './setup.mjs';

/** A README is read over slow lines, too. */
const mostBytes = 300_000;

try {
  await setUpNode24();
  await rerunUnderNode24(fileURLToPath(import.meta.url));
  await setUp();
  const chromium = findChromium();
  if (chromium === undefined) throw new Remedy('No picture without a browser.', 'See the line above.');
  const { takePicture } = await import(new URL('../test/ui/screenshot.ts', import.meta.url).href);
  const path = join(root, 'docs/images/lab.png');
  mkdirSync(dirname(path), { recursive: true });
  await takePicture(path, chromium);
  const { size } = statSync(path);
  console.log(`${path}: ${Math.round(size / 1000)} kB`);
  if (size > mostBytes) throw new Remedy(`${path} is larger than ${mostBytes / 1000} kB.`, 'Show less in it.');
} catch (error) {
  fail(error);
}
