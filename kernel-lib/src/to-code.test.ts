import fc from 'fast-check';
import { describe as describeSpec, toSpec } from './spec';
import { toCode } from './to-code';
import type { JobDescription, JobSpec } from './types';

/** What the cell would hand to `dirac.submit`. */
function specIn(code: string): JobSpec {
  const [, literal] = /^const job = await dirac\.submit\(([^]*)\);\n$/.exec(code) ?? [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-new-func -- the cell is run as a kernel would
  return new Function(`return ${literal};`)() as JobSpec;
}

const asSubmitted = (code: string): JobDescription => {
  const spec = toSpec(specIn(code));
  return describeSpec(spec, [], undefined);
};

describe('the code of a job', () => {
  it('is what a person would write', () => {
    expect(toCode({ executable: '/bin/sh', arguments: ['-c', 'echo $HOME'], cpuTimeS: 3600, minRamMB: 2048, tags: ['GPU'] })).toBe(
      `const job = await dirac.submit({\n  run: "echo $HOME",\n  cpu: "3600s",\n  memory: "2048MiB",\n  tags: ["GPU"],\n});\n`,
    );
    expect(toCode({ steps: [{ executable: 'make' }], inputSandbox: [] })).toBe(
      `const job = await dirac.submit({\n  description: {\n    steps: [\n      {\n        executable: "make",\n      },\n    ],\n    inputSandbox: [],\n  },\n});\n`,
    );
  });

  it('submits the same job, whatever its texts are', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const small = fc.integer({ min: 1, max: 1e6 });
    const description = fc.record(
      {
        executable: fc.oneof(text, fc.constant('/bin/sh')), arguments: fc.oneof(fc.array(text), fc.constant<string[]>(['-c', 'echo `x` ${y} </script>'])),
        jobName: text, environment: fc.dictionary(text, text, { noNullPrototype: true }), cpuTimeS: small, wallTimeS: small, minRamMB: small,
        numberOfGpus: small, gpuRamMB: small, numberOfProcessors: small, outputSandbox: fc.array(text), maxRamMB: small, priority: small,
        otherAttributes: fc.dictionary(text, text, { noNullPrototype: true }),
      },
      { requiredKeys: ['executable', 'arguments'] },
    ); // prettier-ignore
    fc.assert(
      fc.property(description, (before) => expect(asSubmitted(toCode(before))).toEqual(before)),
      { numRuns: 500 },
    );
  });
});
