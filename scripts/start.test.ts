import { meaningOf } from './lib/ctrl-c.mjs';
import { labEnvironment } from './lib/lab-environment.mjs';
import { readStartOptions } from './lib/start-options.mjs';

describe('Ctrl-C', () => {
  it('counts once however many copies arrive, and forces the end when pressed again', () => {
    expect(meaningOf(5000, undefined)).toBe('stop');
    expect(meaningOf(5040, 5000)).toBe('copy');
    expect(meaningOf(7000, 5000)).toBe('force');
  });
});

describe('the command line of npm start', () => {
  const read = (...args: string[]) => readStartOptions(args, { XDG_DATA_HOME: '/home/ada/data' });

  it('has defaults', () => {
    expect(read()).toEqual({
      help: false,
      browser: true,
      dataDirectory: '/home/ada/data/diraclab',
      labPort: undefined,
      serverPort: undefined,
    });
    expect(readStartOptions([], { DIRACLAB_DATA: '/scratch/dirac' }).dataDirectory).toBe('/scratch/dirac');
  });
  it('takes all its options', () => {
    const options = read('--no-browser', '--data', '/tmp/x', '--lab-port', '9000', '--port=9001');
    expect(options).toEqual({ help: false, browser: false, dataDirectory: '/tmp/x', labPort: 9000, serverPort: 9001 });
  });
  it.each([
    [['--lab-port', '70000'], /--lab-port is "70000"\. It must be a port number/],
    [['--port', 'http'], /--port is "http"/],
    [['--data', ''], /--data is empty/],
    [['--datta', 'x'], /'--datta'.*npm start -- --help/],
    [['everything'], /'everything'.*npm start -- --help/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => read(...args)).toThrow(sentence);
  });
});

describe("Lab's environment", () => {
  const places = {
    root: '/dirac',
    node: '/dirac/node24/bin/node',
    dataDirectory: '/data',
    runtimeDirectory: '/data/run',
    configDirectory: undefined,
  };
  const env = labEnvironment(
    {
      HOME: '/home/ada',
      PATH: '/dirac/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin',
      npm_lifecycle_event: 'start',
      INIT_CWD: '/',
    },
    places,
  );

  it('puts the d-commands first on PATH and leaves the rest of PATH as the user has it', () => {
    expect(env.PATH).toBe('/dirac/kernel-lib/bin:/dirac/.venv/bin:/dirac/node24/bin:/usr/bin');
  });
  it('carries the data directory and nothing of npm', () => {
    expect(env).toMatchObject({ HOME: '/home/ada', DIRACLAB_DATA: '/data', JUPYTER_RUNTIME_DIR: '/data/run' });
    expect(Object.keys(env).filter((name) => /^(npm_|INIT_CWD)/.test(name))).toEqual([]);
  });
});
