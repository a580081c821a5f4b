import type { LabSession } from '@diraclab/contract/lab-session';
import { Empty } from '../ui/empty';
import { groupInWords } from '../ui/sign-in-words';
import type { Opens } from './job-list';

/** For whom the panel shows jobs, with the way to another group; or the way in. Nothing where nobody signs in. */
export function Who({ session, opens }: { session: LabSession | undefined; opens: Opens }): JSX.Element | null {
  if (session?.kind === 'signedIn') {
    return (
      <div className="dirac-Who">
        <span>{session.owner}</span>
        <button
          type="button"
          className="dirac-LinkButton"
          aria-label={`VO ${session.vo}, group ${session.ownerGroup}: change`}
          title="Change VO or group"
          onClick={() => opens.switchGroup()}
        >
          {groupInWords(session)} ▾
        </button>
      </div>
    );
  }
  if (session?.kind !== 'signedOut') return null;
  const sentence =
    session.before === null
      ? `Sign in to see and submit jobs at ${new URL(session.service).host}.`
      : `Your sign-in at ${new URL(session.service).host} has ended; running jobs are not affected.`;
  return <Empty sentence={sentence} action={session.before === null ? 'Sign in' : 'Sign in again'} onAct={() => opens.signIn()} />;
}
