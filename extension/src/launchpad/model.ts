import type { JobDescription, Parameters, SandboxFile, Submission, Submitted } from '@diraclab/contract';
import { Signal } from '@lumino/signaling';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState } from '../tokens';
import type { BodyModel } from '../ui/model-body';
import { compose, decompose, scriptPath, type Fields, type Form, type Problems } from './form';
import { digestOf, toInput, uploadMissing } from './input-files';
import { parseSweep, toTable, type Sweep } from './sweep';
import { unusedNames, validate } from './validate';

/** A pause in typing. */
const checkAfterMs = 200;

/** What a reload brings back. */
export interface Draft {
  description?: JobDescription;
  parameters?: Parameters[];
  sweep?: string;
  script?: string;
  /** Told apart from other launchpads, so that its idempotency keys are its own. */
  nonce?: string;
}

/** A description in the making: form, JSON and sweep are three sights of one thing. */
export class LaunchpadModel implements BodyModel {
  readonly changed = new Signal<this, void>(this);
  readonly draftChanged = new Signal<this, Draft>(this);
  form: Form;
  sweepText: string;
  /** What is being typed as JSON; undefined while it follows the form. */
  jsonText: string | undefined;
  problems: Problems = {};
  /** Problems are shown beside a field once it was left, and beside all at the attempt to submit. */
  readonly touched = new Set<keyof Problems>();
  busy: string | undefined;
  trouble: Trouble | undefined;
  submitted: (Submitted & { key: string }) | undefined;
  isDisposed = false;
  readonly session: IDiracSession;
  readonly nonce: string;
  readonly #held = new Map<string, Blob>();
  #script: { text: string; file: SandboxFile } | undefined;
  #round = 0;
  #maxJobs = 100_000;
  #asked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: IDiracSession, draft: Draft) {
    this.session = session;
    this.nonce = draft.nonce ?? [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.form = decompose(draft.description ?? {});
    this.sweepText = draft.sweep ?? toTable(draft.parameters ?? []);
    if (draft.script !== undefined) this.#takeScript(draft.script);
    session.live.stateChanged.connect(this.#emit, this);
  }

  get state(): LiveState {
    return this.session.live.state;
  }

  get sweep(): Sweep | { problem: string } {
    return parseSweep(this.sweepText);
  }

  get composed(): ReturnType<typeof compose> {
    return compose(this.form, this.#script?.file);
  }

  get json(): string {
    return this.jsonText ?? JSON.stringify(this.composed.description, null, 2);
  }

  get unused(): string[] {
    const { sweep } = this;
    return 'problem' in sweep ? [] : unusedNames(this.composed.description, sweep.names, this.form.fields.kind === 'script' ? this.form.fields.script : '');
  }

  start(): void {
    if (this.#asked) return;
    this.#asked = true;
    void this.session
      .call('whoAmI', {})
      .then(({ server }) => (this.#maxJobs = server.maxBulkJobs))
      // The server checks the number itself; here it is only said earlier.
      .catch(() => (this.#asked = false));
    void this.check();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  set(name: keyof Fields, value: string): void {
    this.form = { ...this.form, fields: { ...this.form.fields, [name]: value } };
    this.#edited();
  }

  setSweep(text: string): void {
    this.sweepText = text;
    this.#edited();
  }

  setJson(text: string): void {
    this.jsonText = text;
    this.touched.add('json');
    const parsed = readObject(text);
    if (typeof parsed === 'string') this.problems = { ...this.problems, json: parsed };
    else {
      this.#adopt(parsed);
      this.#later();
    }
    this.#emit();
  }

  /** Leaving the JSON: when it can be read, it is written as the form has understood it. */
  leaveJson(): void {
    if (this.jsonText !== undefined && typeof readObject(this.jsonText) !== 'string') this.jsonText = undefined;
    this.#emit();
  }

  leave(name: keyof Problems): void {
    this.touched.add(name);
    this.#emit();
  }

  async addFile(name: string, blob: Blob | Promise<Blob>): Promise<void> {
    try {
      const bytes = await blob;
      const file = await toInput(name, bytes);
      this.#held.set(file.digest, bytes);
      this.form = { ...this.form, inputs: [...this.form.inputs.filter(({ path }) => path !== file.path), file] };
      this.trouble = undefined;
      this.#edited();
    } catch (error) {
      this.#fail(`${name} was not added`, error);
    }
  }

  removeFile(path: string): void {
    this.form = { ...this.form, inputs: this.form.inputs.filter((file) => file.path !== path) };
    this.#edited();
  }

  setExecutable(path: string, executable: boolean): void {
    const inputs = this.form.inputs.map((file) => (file.path === path ? { path, digest: file.digest, sizeBytes: file.sizeBytes, ...(executable ? { executable } : {}) } : file));
    this.form = { ...this.form, inputs };
    this.#edited();
  }

  /** The contract's rules, which are loaded for it; gives what is wrong. */
  async check(): Promise<Problems> {
    const { fields } = this.form;
    if (fields.kind === 'script' && fields.script.trim() !== '' && this.#script?.text !== fields.script) {
      const blob = new Blob([fields.script]);
      const file = await toInput(scriptPath, blob, true);
      this.#held.set(file.digest, blob);
      this.#script = { text: fields.script, file };
    }
    const { contract } = await this.session.client();
    const { description, problems } = this.composed;
    const broken = this.jsonText === undefined ? undefined : readObject(this.jsonText);
    this.problems = {
      ...validate(contract, description, this.form.fields.kind, this.sweep, this.#maxJobs),
      ...problems,
      ...(typeof broken === 'string' ? { json: broken } : {}),
    };
    this.#emit();
    return this.problems;
  }

  /** The same form sends the same key, however often it is tried; after a success "again" means new jobs. */
  async submit(): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = 'Checking…';
    this.#emit();
    try {
      const problems = await this.check();
      const first = Object.keys(problems)[0] as keyof Problems | undefined;
      if (first !== undefined) {
        for (const name of Object.keys(problems)) this.touched.add(name as keyof Problems);
        return;
      }
      const { description } = this.composed;
      const { sweep } = this;
      const parameters = 'problem' in sweep ? undefined : sweep.rows();
      const submission: Submission = { description, ...(parameters === undefined ? {} : { parameters }) };
      const hash = await digestOf(new Blob([JSON.stringify(submission)]));
      const key = () => `launchpad-${this.nonce}-${hash}-${this.#round}`;
      if (this.submitted?.key === key()) this.#round++;
      await uploadMissing(this.session, description, this.#held, (what) => {
        this.busy = what;
        this.#emit();
      });
      this.busy = 'Submitting…';
      this.#emit();
      this.submitted = { ...(await this.session.call('submitJobs', { body: { ...submission, idempotencyKey: key() } })), key: key() };
      this.trouble = undefined;
    } catch (error) {
      this.#fail('The job was not submitted', error);
    } finally {
      this.busy = undefined;
      this.#emit();
    }
  }

  closeTrouble(): void {
    this.trouble = undefined;
    this.#emit();
  }

  fail(what: string, error: unknown): void {
    this.#fail(what, error);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    Signal.clearData(this);
  }

  /** JSON says everything; only the text of the script is not in it. It stays while the description still runs that very file. */
  #adopt(description: JobDescription): void {
    const { fields } = this.form;
    const script = this.#script?.file;
    const next = decompose(description);
    const runsScript = description.executable === scriptPath || (description.executable === '/bin/sh' && description.arguments?.length === 1 && description.arguments[0] === scriptPath);
    if (fields.kind === 'script' && script !== undefined && runsScript && next.inputs.some(({ digest }) => digest === script.digest)) {
      next.inputs = next.inputs.filter(({ digest }) => digest !== script.digest);
      next.fields = { ...next.fields, kind: 'script', script: fields.script, program: '', programArguments: '' };
    }
    this.form = next;
    this.draftChanged.emit(this.#draft());
  }

  #takeScript(script: string): void {
    this.form = { ...this.form, inputs: this.form.inputs.filter(({ path }) => path !== scriptPath), fields: { ...this.form.fields, kind: 'script', script, program: '', programArguments: '' } };
  }

  #draft(): Draft {
    const { fields } = this.form;
    return { description: this.composed.description, sweep: this.sweepText, nonce: this.nonce, ...(fields.kind === 'script' ? { script: fields.script } : {}) };
  }

  #edited(): void {
    this.jsonText = undefined;
    this.draftChanged.emit(this.#draft());
    this.#later();
    this.#emit();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check().catch((error: unknown) => this.#fail('The form could not be checked', error)), checkAfterMs);
  }

  #fail(what: string, error: unknown): void {
    this.trouble = explain(what, error);
    this.#emit();
  }

  #emit(): void {
    this.changed.emit();
  }
}

/** A JSON object, or what is wrong with the text. */
export function readObject(text: string): JobDescription | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JobDescription;
    return 'A description is a JSON object in braces.';
  } catch (error) {
    return `This is no JSON: ${(error as Error).message}`;
  }
}
