import fc from 'fast-check';
import { JdlError } from './error';
import { fromJDL } from './from-jdl';
import { runnerOf, stepsOfWorkflow, withSteps } from './workflow';
import { readXml } from './xml';

interface StepXml {
  executable?: string;
  arguments?: string;
  log?: string;
  module?: string;
  linked?: string;
}

const parameter = (name: string, value: string, linked = '') =>
  `<Parameter name="${name}" type="string" linked_module="${linked === '' ? '' : 'self'}" linked_parameter="${linked}" in="True" out="False" description="x"><value><![CDATA[${value}]]></value></Parameter>`;

/** A workflow as DIRAC's Python client writes it. */
function workflow(
  steps: StepXml[],
  { body = '\nfrom DIRAC.Workflow.Modules.Script import Script\n', values = {} as Record<string, string> } = {},
): string {
  const definitions = steps.map(
    ({ module = 'Script' }, i) =>
      `<StepDefinition><descr_short></descr_short><description><![CDATA[]]></description><type>ScriptStep${i + 1}</type><version>0.0</version>
${parameter('executable', '')}\n${parameter('arguments', '')}\n${parameter('applicationLog', '')}
<ModuleInstance><name>${module}</name><type>${module}</type></ModuleInstance></StepDefinition>`,
  );
  const instances = steps.map(
    (step, i) => `<StepInstance><name>RunScriptStep${i + 1}</name><type>ScriptStep${i + 1}</type>
${parameter('executable', step.executable ?? '')}\n${parameter('arguments', step.arguments ?? '', step.linked)}\n${parameter('applicationLog', step.log ?? '')}
</StepInstance>`,
  );
  return `<?xml version="1.0"?><Workflow>\n<name>mine</name>\n${Object.entries(values).map(([name, value]) => parameter(name, value)).join('\n')}
<ModuleDefinition><body><![CDATA[${body}]]></body><type>Script</type></ModuleDefinition>
${definitions.join('\n')}\n${instances.join('\n')}\n</Workflow>\n`; // prettier-ignore
}

const job = fromJDL('Executable = dirac-jobexec; Arguments = jobDescription.xml -o LogLevel=DEBUG -p seed=%(seed)s; Parameters.seed = {1, 2}; InputSandbox = {a.sh, jobDescription.xml};'); // prettier-ignore
const runner = runnerOf(job.description);
if (runner === undefined) throw new Error('the runner was not recognised');
const steps = (xml: string) => stepsOfWorkflow(xml, runner);

describe('a job of several steps from the Python client', () => {
  it('is recognised by its runner; its steps come out of the workflow in their order', () => {
    expect(runner).toMatchObject({ file: 'jobDescription.xml', logLevel: 'DEBUG' });
    const found = steps(
      workflow([{ executable: '/bin/echo', arguments: `hello "big world"`, log: 'Script1_echo.log' }, { executable: 'a.sh' }]),
    );
    expect(found).toEqual([
      { executable: '/bin/echo', arguments: ['hello', 'big world'], logFile: 'Script1_echo.log' },
      { executable: 'a.sh' },
    ]);
    const file = (path: string) => ({ path, digest: 'a'.repeat(64), sizeBytes: 1 });
    expect(withSteps({ ...job.description, inputSandbox: [file('a.sh'), file('jobDescription.xml')] }, runner, found)).toEqual({
      logLevel: 'DEBUG',
      inputSandbox: [file('a.sh')],
      steps: found,
    });
  });

  it('takes values of the workflow and of the sweep', () => {
    const xml = workflow(
      [
        { executable: 'fit', arguments: '-s @{seed} @{mode}' },
        { executable: 'fit', linked: 'seed' },
      ],
      { values: { mode: 'fast', seed: '0' } },
    );
    expect(steps(xml)).toMatchObject([{ arguments: ['-s', '{seed}', 'fast'] }, { arguments: ['{seed}'] }]);
  });

  it.each([
    [
      'another module',
      workflow([{ executable: 'x', module: 'UploadOutputData' }]),
      'the step RunScriptStep1 runs the module UploadOutputData, and only Script',
    ],
    [
      'code in the module',
      workflow([{ executable: 'x' }], { body: 'import os; os.remove("x")' }),
      "the module Script is not DIRAC's Script",
    ],
    ['no executable', workflow([{}]), 'the step RunScriptStep1 has no executable'],
    ['no steps', workflow([]), 'the workflow has no steps'],
    ['a value that nothing gives', workflow([{ executable: '@{gone}' }]), 'asks for @{gone}, which has no value'],
    ['other XML', '<html/>', 'a <Workflow> is expected, not <html>'],
    [
      'a document type',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Workflow/>',
      'line 1, column 1: a document type (<!DOCTYPE) is not allowed',
    ],
    ['an entity', '<Workflow><name>&passwd;</name></Workflow>', '"&passwd;" is no entity'],
    ['an open element', '<Workflow>\n<name>', 'jobDescription.xml, line 2, column 1: <name> is not closed by </name>'],
    ['elements that cross', '<Workflow><a></Workflow></a>', '</a> is expected'],
    ['an attribute twice', '<Workflow a="1" a="2"/>', 'the attribute a is given a second time'],
  ])('refuses %s', (_what, xml, message) => {
    expect(() => steps(xml)).toThrow(JdlError);
    expect(() => steps(xml)).toThrow(message);
  });

  it.each([
    ['', 'without a workflow'],
    ['config.cfg jobDescription.xml', 'its first argument must be an XML file'],
    ['jobDescription.xml -o /DIRAC/Setup=X', 'the option /DIRAC/Setup of dirac-jobexec has no effect here'],
    ['jobDescription.xml --debug', 'the argument "--debug " of dirac-jobexec is not understood'],
  ])('refuses the arguments %j of the runner', (words, message) => {
    expect(() => runnerOf({ executable: '$DIRACROOT/scripts/dirac-jobexec', arguments: words.split(' ').filter(Boolean) })).toThrow(
      message,
    );
  });

  it('and any other executable is a job as it is', () => {
    expect(runnerOf({ executable: '/bin/echo', arguments: ['dirac-jobexec'] })).toBeUndefined();
  });
});

describe('the XML reader', () => {
  it('decodes entities and numbers, keeps CDATA, leaves comments out', () => {
    const { attributes, text } = readXml(
      '<?xml version="1.0"?><!-- a --><x a="&lt;&#65;"> &amp;<!-- b -->&#x42;<![CDATA[<&amp;>]]></x>',
      'x',
    );
    expect([attributes.get('a'), text]).toEqual(['<A', ' &B<&amp;>']);
  });

  it('throws nothing but its own error, whatever the text', () => {
    const piece = fc.oneof(fc.constantFrom('<', '>', '</', '/>', '<a>', '</a>', '<a b="', '"', '&', ';', '&amp;', '<![CDATA[', ']]>', '<!--', '-->', '<?xml', '?>', '<!DOCTYPE'), fc.string()); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          readXml(pieces.join(''), 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(JdlError);
        }
      }),
      { numRuns: 2000 },
    );
    for (const text of ['<a>'.repeat(100_000), `<a ${'b="" '.repeat(1)}${' '.repeat(500_000)}`, `<a>${'&amp'.repeat(100_000)}`])
      expect(() => readXml(text, 'x')).toThrow(JdlError);
  });
});
