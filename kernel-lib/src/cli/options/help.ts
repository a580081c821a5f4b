import { exitCodeWords } from '../exit-codes';
import { lines, type Printable } from '../text/printable';
import type { CommandSpec, OptionSpec } from './spec';

/** `-h`: what it is, three examples, the options in a line each. */
export function shortHelp(spec: CommandSpec): Printable {
  return lines(
    [`${spec.name}: ${spec.summary}`, '', ...examplesOf(spec, 3), '', ...optionsOf(spec), '', `${spec.name} --help tells more.`, ''].join(
      '\n',
    ),
  );
}

export function fullHelp(spec: CommandSpec): Printable {
  const codes = spec.exitCodes.map((code) => `  ${String(code).padStart(3)}  ${exitCodeWords[code]}`);
  return lines(
    [
      `${spec.name}: ${spec.summary}`,
      '',
      `Usage: ${spec.name} ${spec.usage}`,
      ...spec.details.flatMap((paragraph) => ['', ...wrap(paragraph, 100)]),
      '',
      'Examples:',
      ...examplesOf(spec, spec.examples.length),
      '',
      'Options (upper and lower case of long names do not matter):',
      ...optionsOf(spec),
      '',
      'Exit codes:',
      ...codes,
      '',
      'The server is the one of the data directory (DIRACLAB_DATA, else diraclab in the XDG data directory); JupyterLab',
      'starts it when it is asleep. DIRACLAB_URL and DIRACLAB_TOKEN_FILE name another one.',
      '',
    ].join('\n'),
  );
}

function examplesOf(spec: CommandSpec, count: number): string[] {
  const shown = spec.examples.slice(0, count);
  const width = Math.max(...shown.map(([command]) => command.length));
  return shown.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`);
}

function optionsOf(spec: CommandSpec): string[] {
  const all: readonly OptionSpec[] = [...spec.options, { long: 'help', short: 'h', help: '-h is short, --help is this in full' }];
  const names = all.map(({ long, short, value }) => {
    const names = `${short === undefined ? '    ' : `-${short}, `}--${long}`;
    return value === undefined ? names : `${names} ${value}`;
  });
  const width = Math.max(...names.map((name) => name.length));
  return all.flatMap(({ help }, i) =>
    wrap(help, 110 - width).map((text, line) => `  ${(line === 0 ? (names[i] ?? '') : '').padEnd(width)}  ${text}`),
  );
}

function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    if (row !== '' && row.length + 1 + word.length > width) {
      rows.push(row);
      row = word;
    } else {
      row = row === '' ? word : `${row} ${word}`;
    }
  }
  return [...rows, row];
}
