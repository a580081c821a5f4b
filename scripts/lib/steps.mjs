/** Progress goes to standard error: standard output carries nothing but the line `diraclab is ready`. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

const seconds = (ms) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/** Does one step of the set-up and says what it does and how long it took. */
export async function step(title, act) {
  const start = Date.now();
  process.stderr.write(`  ${title} ...${process.stderr.isTTY ? '' : '\n'}`);
  try {
    const answer = await act();
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}  ${title}: done in ${seconds(Date.now() - start)}\n`);
    return answer;
  } catch (error) {
    if (process.stderr.isTTY) process.stderr.write('\n');
    throw error;
  }
}
