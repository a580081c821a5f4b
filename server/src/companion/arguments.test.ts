import { help, parseArguments } from './arguments.ts';

describe("the companion's arguments", () => {
  it("are those of Lab's configuration, in both spellings", () => {
    expect(parseArguments(['--socket', '/s', '--data', '/d', '--server-port=8080', '--lab-pid', '77'])).toEqual({
      socketPath: '/s',
      dataDirectory: '/d',
      serverPort: 8080,
      labPid: 77,
    });
    expect(parseArguments(['--socket=/s'])).toEqual({
      socketPath: '/s',
      dataDirectory: undefined,
      serverPort: undefined,
      labPid: undefined,
    });
  });

  it('explains itself', () => {
    expect(parseArguments(['--help', '--socket', '/s'])).toBeUndefined();
    for (const option of ['--socket PATH', '--data DIR', '--server-port P']) expect(help).toContain(option);
  });

  it.each([
    [[], /--socket PATH is missing/],
    [['--socket', '/s', '--server-port', '70000'], /--server-port 70000 is not a port/],
    [['--socket', '/s', '--server-port', '80a'], /--server-port 80a is not a port/],
    [['--socket', '/s', '--lab-pid', '0'], /--lab-pid 0 is not the number/],
    [['--socket', '/s', '--nope'], /--nope/],
    [['--socket', '/s', 'extra'], /extra/],
  ])('refuses %j with a sentence', (argv, sentence) => {
    expect(() => parseArguments(argv)).toThrow(sentence);
  });
});
