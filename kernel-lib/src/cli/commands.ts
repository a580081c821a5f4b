import { dholdSpec } from './dhold/spec';
import { dreleaseSpec } from './drelease/spec';
import { drescheduleSpec } from './dreschedule/spec';
import { drestoreSpec } from './drestore/spec';
import { dinputSpec } from './dinput/spec';
import { dwhoamiSpec } from './dwhoami/spec';
import { dlogoutSpec } from './dlogout/spec';
import { dloginSpec } from './dlogin/spec';
import { dinitSpec } from './dinit/spec';
import { dgroupsSpec } from './dgroups/spec';
import { diraclabSpec } from './diraclab/spec';
import { dkillSpec } from './dkill/spec';
import { dloggingSpec } from './dlogging/spec';
import { doutputSpec } from './doutput/spec';
import { dpeekSpec } from './dpeek/spec';
import { dproxySpec } from './dproxy/spec';
import { dstatSpec } from './dstat/spec';
import { dsubSpec } from './dsub/spec';
import { dusageSpec } from './dusage/spec';
import { dwhySpec } from './dwhy/spec';
import type { ExitCode } from './exit-codes';
import type { Io } from './io';
import { fullHelp, shortHelp } from './options/help';
import { parseOptions } from './options/parse';
import type { CommandSpec, OptionSpec, Parsed } from './options/spec';

export type Run<Options extends readonly OptionSpec[]> = (parsed: Parsed<Options>, io: Io) => Promise<ExitCode>;
export type RunOf<Spec> = Spec extends CommandSpec<infer Options> ? Run<Options> : never;

type Bound = (argv: readonly string[], io: Io) => Promise<ExitCode>;

function bind<Options extends readonly OptionSpec[]>(spec: CommandSpec<Options>, load: () => Run<Options>): [string, Bound] {
  const run: Bound = async (argv, io) => {
    const parsed = parseOptions(spec, argv);
    if ('help' in parsed) {
      io.write(parsed.help === 'short' ? shortHelp(spec) : fullHelp(spec));
      return 0;
    }
    return load()(parsed, io);
  };
  return [spec.name, run];
}

/**
 * What does the work is loaded when it is called: the contract with its schemas takes 40 ms, which `--help` and a mistyped option need
 * not wait for. `require`, because a dynamic `import()` of a CommonJS package would want other file names than all other imports have.
 */
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports -- loaded on demand, see above */
export const commands: ReadonlyMap<string, Bound> = new Map([
  bind(dsubSpec, () => (require('./dsub/run') as typeof import('./dsub/run')).dsub),
  bind(dstatSpec, () => (require('./dstat/run') as typeof import('./dstat/run')).dstat),
  bind(doutputSpec, () => (require('./doutput/run') as typeof import('./doutput/run')).doutput),
  bind(dkillSpec, () => (require('./dkill/run') as typeof import('./dkill/run')).dkill),
  bind(dholdSpec, () => (require('./dhold/run') as typeof import('./dhold/run')).dhold),
  bind(dreleaseSpec, () => (require('./drelease/run') as typeof import('./drelease/run')).drelease),
  bind(drescheduleSpec, () => (require('./dreschedule/run') as typeof import('./dreschedule/run')).dreschedule),
  bind(drestoreSpec, () => (require('./drestore/run') as typeof import('./drestore/run')).drestore),
  bind(dloggingSpec, () => (require('./dlogging/run') as typeof import('./dlogging/run')).dlogging),
  bind(dpeekSpec, () => (require('./dpeek/run') as typeof import('./dpeek/run')).dpeek),
  bind(dproxySpec, () => (require('./dproxy/run') as typeof import('./dproxy/run')).dproxy),
  bind(diraclabSpec, () => (require('./diraclab/run') as typeof import('./diraclab/run')).diraclab),
  bind(dusageSpec, () => (require('./dusage/run') as typeof import('./dusage/run')).dusage),
  bind(dgroupsSpec, () => (require('./dgroups/run') as typeof import('./dgroups/run')).dgroups),
  bind(dinitSpec, () => (require('./dinit/run') as typeof import('./dinit/run')).dinit),
  bind(dloginSpec, () => (require('./dlogin/run') as typeof import('./dlogin/run')).dlogin),
  bind(dlogoutSpec, () => (require('./dlogout/run') as typeof import('./dlogout/run')).dlogout),
  bind(dwhoamiSpec, () => (require('./dwhoami/run') as typeof import('./dwhoami/run')).dwhoami),
  bind(dinputSpec, () => (require('./dinput/run') as typeof import('./dinput/run')).dinput),
  bind(dwhySpec, () => (require('./dwhy/run') as typeof import('./dwhy/run')).dwhy),
]);
