import '../testing/browser';
import { Notification } from '@jupyterlab/apputils';
import { anOperation, eventually, ScriptedSession } from '../testing/session';
import { operationNotice } from './operation-notice';

const notices = () => Notification.manager.notifications;
const click = (label: string) => {
  const action = notices()[0]?.options.actions?.find((one) => one.label === label);
  action?.callback(new MouseEvent('click', { cancelable: true }));
  return action !== undefined;
};

describe('the notice of a bulk operation', () => {
  afterEach(() => Notification.dismiss());

  it('is one: with Undo while nothing has happened, with Stop while it goes on, and says what came of it', async () => {
    const session = new ScriptedSession();
    const tell = operationNotice(session);
    tell(anOperation({ state: 'Delayed', total: 4312 }));
    expect(notices()).toHaveLength(1);
    expect(notices()[0]).toMatchObject({ type: 'in-progress', message: expect.stringMatching(/^Kill 4,312 jobs: begins at /) as string });
    expect(click('Undo')).toBe(true);
    expect(session.calls).toEqual([{ name: 'undoOperation', input: { params: { operationId: 5 } } }]);
    tell(anOperation({ state: 'Running', total: 4312, accepted: 1000 }));
    expect(notices()).toMatchObject([{ message: 'Kill 4,312 jobs: 1,000 done' }]);
    expect(click('Undo')).toBe(false);
    expect(click('Stop')).toBe(true);
    tell(anOperation({ state: 'Done', accepted: 4312, endTime: '2026-11-23T10:00:15.000Z' }));
    expect(notices()).toMatchObject([{ type: 'success', message: '4,312 jobs killed.' }]);
  });

  it('an undo that comes too late is said', async () => {
    const session = new ScriptedSession();
    const tell = operationNotice(session);
    tell(anOperation({ state: 'Delayed' }));
    session.answers.push(Object.assign(new Error('it is Done'), { code: 'IllegalTransition' }));
    click('Undo');
    await eventually(() =>
      expect(
        notices()
          .map(({ message }) => message)
          .join(),
      ).toContain('It could not be undone'),
    );
  });
});
