// Redraws the picture in ARCHITECTURE.md from the imports as they are: `npm run graph`.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/node24.mjs';

const command = [
  'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
  '--config',
  '.dependency-cruiser.mjs',
  '--output-type',
  'json',
  'contract/src',
  'server/src',
  'pilot/src',
  'kernel-lib/src',
  'extension/src',
];
const { stdout, status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
if (status !== 0 && stdout === '') throw new Error(stderr);

/** A file's room: a folder of the server, or a whole workspace. */
const roomOf = (file) =>
  /^server\/src\/([^/]+)\//.exec(file)?.[1] ??
  (/^server\/src\//.test(file) ? 'server (main, app, config …)' : /^(contract|pilot|kernel-lib|extension)\//.exec(file)?.[1]);
const isTest = (file) => /\.test\.tsx?$|\/testing\/|testing\.ts$|conformance\.ts$/.test(file);

const arrows = new Set();
for (const module of JSON.parse(stdout).modules.filter(({ source }) => !isTest(source))) {
  for (const { resolved } of module.dependencies.filter((dependency) => !isTest(dependency.resolved))) {
    const [from, to] = [roomOf(module.source), roomOf(resolved)];
    if (from !== undefined && to !== undefined && from !== to && to !== 'contract') arrows.add(`${from}\t${to}`);
  }
}
const id = (room) => room.replace(/[^a-z]/g, '');
const rooms = [...new Set([...arrows].flatMap((arrow) => arrow.split('\t')))].sort();
const drawing = [
  '```mermaid',
  'flowchart TD',
  ...rooms.map((room) => `  ${id(room)}["${room}"]`),
  ...[...arrows].sort().map((arrow) => `  ${arrow.split('\t').map(id).join(' --> ')}`),
  '```',
].join('\n');

const page = join(root, 'ARCHITECTURE.md');
const text = readFileSync(page, 'utf8');
const redrawn = text.replace(/(<!-- graph -->\n)[\s\S]*?(<!-- \/graph -->)/, `$1\n${drawing}\n\n$2`);
if (redrawn === text) console.log('ARCHITECTURE.md shows the imports as they are.');
else {
  writeFileSync(page, redrawn);
  console.log('ARCHITECTURE.md was redrawn.');
}
