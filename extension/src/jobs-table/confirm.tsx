import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { Question } from './bulk';

/** Names count and states; above 100 the number must be typed, and a wrong number asks again. */
export async function confirm(question: Question): Promise<boolean> {
  for (let wrong = ''; ;) {
    const body = new QuestionBody(question, wrong);
    const { button } = await showDialog({
      title: question.title,
      body,
      buttons: [Dialog.cancelButton({ label: 'Leave them' }), Dialog.warnButton({ label: question.confirm })],
      // Without a number to type, Enter must not be enough either: the safe button has the focus.
      ...(question.typed === undefined ? { defaultButton: 0 } : { focusNodeSelector: 'input' }),
    });
    if (!button.accept) return false;
    if (question.typed === undefined || isNumber(body.typed, question.typed)) return true;
    wrong = body.typed.trim() === '' ? 'Type the number to go on.' : `“${body.typed.trim().slice(0, 20)}” is not ${question.typed}.`;
  }
}

/** People type 4312, 4,312 or 4 312. */
export const isNumber = (typed: string, number: number): boolean => typed.replace(/[\s,.'’]/g, '') === String(number);

class QuestionBody extends ReactWidget implements Dialog.IBodyWidget<string> {
  typed = '';
  readonly #question: Question;
  readonly #wrong: string;

  constructor(question: Question, wrong: string) {
    super();
    this.#question = question;
    this.#wrong = wrong;
    this.addClass('dirac-Question');
  }

  getValue(): string {
    return this.typed;
  }

  protected override render(): JSX.Element {
    const { sentences, typed } = this.#question;
    return (
      <>
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {typed === undefined ? null : (
          <label>
            Type <b>{typed}</b> to go on:{' '}
            <input
              type="text"
              className="jp-mod-styled"
              inputMode="numeric"
              autoComplete="off"
              onChange={(event) => (this.typed = event.target.value)}
            />
          </label>
        )}
        {this.#wrong === '' ? null : <p role="alert">{this.#wrong}</p>}
      </>
    );
  }
}
