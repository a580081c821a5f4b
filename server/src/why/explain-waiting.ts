import type { Fits, FunnelStep, NeedChange, WaitCause, WhyActor } from '@diraclab/contract';
import type { TaskQueue } from '../task-queues/matcher.ts';
import { ask, countByCode, fitsOf, isOfVo } from './ask-matcher.ts';
import type { Answers, Reject } from './ask-matcher.ts';
import { countOf, textOf } from './cause-texts.ts';
import { changesThatHelp } from './change-needs.ts';
import { causesOf, funnelOf, mostCauses } from './funnel.ts';
import type { LivePilot, Resource } from './resource.ts';
import { whoIsThere } from './who-is-there.ts';
import type { Present } from './who-is-there.ts';

export interface Explanation {
  code: string;
  actor: WhyActor;
  headline: string;
  fits: Fits;
  causes: WaitCause[];
  funnel: FunnelStep[];
  changes: NeedChange[];
  next: string | null;
}

export interface Surroundings {
  resources: readonly Resource[];
  pilots: readonly LivePilot[];
  reject: Reject;
  /** Jobs of the same queue that come first. */
  ahead: number;
}

/** Why a job of this queue waits, by asking the matcher about each resource that is known. Pure. */
export function explainWaiting(queue: TaskQueue, around: Surroundings): Explanation {
  const answers = ask(queue, around.resources, around.reject);
  return tell(queue, answers, changesThatHelp(queue, answers, around.reject), around);
}

/** The same without looking for changes, which costs ten times as much: for many queues at once. */
export function tellWaiting(queue: TaskQueue, around: Surroundings): Explanation {
  return tell(queue, ask(queue, around.resources, around.reject), [], around);
}

function tell(queue: TaskQueue, answers: Answers, changes: NeedChange[], around: Surroundings): Explanation {
  const fits = fitsOf(answers);
  const common = { fits, funnel: funnelOf(answers), changes };
  if (fits.of === 0) return { ...nobody(answers), ...common };
  if (fits.now === 0) return { ...noneFits(answers, changes, fits), ...common };
  const now = whoIsThere(queue, answers, around.pilots, around.reject);
  common.funnel.push(
    { code: 'NO_PILOT_NOW', text: 'with a pilot running', left: now.running.length },
    { code: 'NO_FREE_SLOT', text: 'with a free slot', left: now.free.length },
  );
  return { ...itsTurn(answers, now, around.ahead, fits), ...common };
}

type Told = Pick<Explanation, 'code' | 'actor' | 'headline' | 'causes' | 'next'>;

function nobody({ refused }: Answers): Told {
  const [first] = refused;
  if (first !== undefined) {
    const { actor, says, next } = textOf(first.rejection.code);
    const cause = { code: first.rejection.code, text: says(first.rejection), actor, resources: refused.length };
    return { code: cause.code, actor, headline: 'No resource serves the VO of this job.', causes: [cause], next };
  }
  return {
    code: 'NO_PILOT',
    actor: 'system',
    headline: 'No pilot is running that could take it.',
    causes: [{ code: 'NO_PILOT', text: 'No pilot has asked for jobs lately.', actor: 'system', resources: 0 }],
    next: 'Wait a minute for a pilot to start; if none does, the server log says why.',
  };
}

function noneFits(answers: Answers, changes: readonly NeedChange[], { of }: Fits): Told {
  const causes = causesOf(answers);
  const counted = countByCode(answers).filter(([rejection]) => isOfVo({ rejection }));
  // What passes by itself keeps away only resources that fit in all else: that is the news.
  const passing = counted.find(([{ code }]) => textOf(code).passing === true);
  const [main, n] = passing ?? counted.sort(([, a], [, b]) => b - a)[0] ?? [];
  if (main === undefined || n === undefined) throw new Error('no resource fits and none said no');
  const { actor, says, next } = textOf(main.code);
  const own = causes.find(({ code }) => code === main.code)?.text ?? says(main);
  const headline =
    of === 1
      ? `No resource can take it: the one there is ${own}.`
      : `None of ${of} resources can take it: ${n === of ? 'each' : `most of them (${n})`} ${own}.`;
  const best = changes[0];
  return {
    code: main.code,
    actor,
    headline,
    causes,
    next: best === undefined || passing !== undefined ? next : `${next} ${capital(best.text)}.`,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function itsTurn(answers: Answers, { running, free, lacking }: Present, ahead: number, { now, of }: Fits): Told {
  const which = `${now} of ${countOf(of, 'resource')}`;
  const told = (code: string, actor: WhyActor, text: string, resources: number, headline: string, next: string | null): Told => ({
    code,
    actor,
    headline,
    causes: [{ code, text, actor, resources }, ...lacking, ...causesOf(answers)].slice(0, mostCauses),
    next,
  });
  if (running.length === 0) {
    const waitForPilots = 'Nothing to do: it starts when a pilot does. If none comes, those who run the site know why.';
    return told(
      'NO_PILOT_NOW',
      'system',
      'No pilot is running there now.',
      now,
      `It fits ${which}, but no pilot is running there now.`,
      waitForPilots,
    );
  }
  if (ahead > 0 || free.length > 0) {
    const first =
      ahead === 0 ? 'It is the next of its queue.' : `${countOf(ahead, 'job')} of the same queue ${ahead === 1 ? 'comes' : 'come'} first.`;
    return told('TURN', 'turn', first, free.length > 0 ? free.length : running.length, `It fits ${which} and waits for its turn.`, null);
  }
  return told('NO_FREE_SLOT', 'turn', 'All slots there are taken.', running.length, `It fits ${which}; all slots there are taken.`, null);
}
