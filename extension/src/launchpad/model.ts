import type { SandboxFile, Submitted } from '@diraclab/contract';
import { Signal } from '@lumino/signaling';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState } from '../tokens';
import type { BodyModel } from '../ui/model-body';
import { readableJson } from '../ui/readable-json';
import { adopt, readObject, withScript, type Draft } from './draft';
import { compose, decompose, scriptPath, type Fields, type Form, type Problems } from './form';
import { toInput } from './input-files';
import { Sending } from './sending';
import { parseSweep, toTable, type Sweep } from './sweep';
import { unusedNames, validate } from './validate';

/** A pause in typing. */
const checkAfterMs = 200;

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
  submitted: Submitted | undefined;
  /** What was submitted last is what the form says: submitting it once more is a decision of its own. */
  isAgain = false;
  isDisposed = false;
  readonly session: IDiracSession;
  readonly nonce: string;
  readonly #sending: Sending;
  readonly #held = new Map<string, Blob>();
  #script: { text: string; file: SandboxFile } | undefined;
  #maxJobs = 100_000;
  #asked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: IDiracSession, draft: Draft) {
    this.session = session;
    this.nonce = draft.nonce ?? [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#sending = new Sending(session, this.nonce);
    this.form = decompose(draft.description ?? {});
    this.sweepText = draft.sweep ?? toTable(draft.parameters ?? []);
    if (draft.script !== undefined) this.form = withScript(this.form, draft.script);
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
    return this.jsonText ?? readableJson(this.composed.description);
  }

  get unused(): string[] {
    const { sweep } = this;
    return 'problem' in sweep
      ? []
      : unusedNames(this.composed.description, sweep.names, this.form.fields.kind === 'script' ? this.form.fields.script : '');
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
    this.isAgain = false;
    this.jsonText = text;
    this.touched.add('json');
    const parsed = readObject(text);
    if (typeof parsed === 'string') this.problems = { ...this.problems, json: parsed };
    else {
      this.form = adopt(parsed, this.form, this.#script?.file);
      this.draftChanged.emit(this.#draft());
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
    const inputs = this.form.inputs.map((file) =>
      file.path === path ? { path, digest: file.digest, sizeBytes: file.sizeBytes, ...(executable ? { executable } : {}) } : file,
    );
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
      const { sweep } = this;
      this.submitted = await this.#sending.send(
        this.composed.description,
        'problem' in sweep ? undefined : sweep.rows(),
        this.#held,
        (what) => {
          this.busy = what;
          this.#emit();
        },
      );
      this.isAgain = true;
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

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    Signal.clearData(this);
  }

  #draft(): Draft {
    const { fields } = this.form;
    return {
      description: this.composed.description,
      sweep: this.sweepText,
      nonce: this.nonce,
      ...(fields.kind === 'script' ? { script: fields.script } : {}),
    };
  }

  #edited(): void {
    this.jsonText = undefined;
    this.isAgain = false;
    this.draftChanged.emit(this.#draft());
    this.#later();
    this.#emit();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.check().catch((error: unknown) => this.#fail('The form could not be checked', error)),
      checkAfterMs,
    );
  }

  #fail(what: string, error: unknown): void {
    this.trouble = explain(what, error);
    this.#emit();
  }

  #emit(): void {
    this.changed.emit();
  }
}
