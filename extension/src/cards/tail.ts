/** What a card keeps of a job's standard output. */
export const tailBytes = 4096;
export const tailLines = 12;

/** The last lines as a terminal would leave them: colours dropped, and of a line that was redrawn by carriage returns only its last form. */
export function tail(text: string, lines = tailLines): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '') // eslint-disable-line no-control-regex -- escape sequences of terminals
    .replace(/\r\n/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .slice(-lines)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1))
    .join('\n');
}
