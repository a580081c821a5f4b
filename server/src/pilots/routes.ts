import { awaitBell, listPilots as listPilotsRoute, matchJobs, reportJobs } from '@diraclab/contract';
import type { JobReportAnswer, ResourceOffer } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Events } from '../events.ts';
import type { Doors } from '../http/answer.ts';
import { isPilot, operates, seesPilots } from '../identity/policies.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import type { OutputTails } from '../jobs/output-tails.ts';
import type { KnownPilot } from '../task-queues/claim-jobs.ts';
import type { WaitingPilots } from '../task-queues/waiting-pilots.ts';
import type { Bells } from './bells.ts';
import { findUntold, giveBack } from './give-back.ts';
import { createHearing } from './hear-pilots.ts';
import { livePilot } from './live-pilot.ts';
import { losePilot } from './lose-pilot.ts';
import { hearPilot, listPilots } from './pilot-store.ts';
import { createReportTaker } from './report-jobs.ts';

export interface PilotParts {
  database: Database;
  tails: OutputTails;
  waiting: WaitingPilots;
  bells: Bells;
  events: Events;
  /** Hears every offer; `fresh` is a pilot's first. */
  heard: (pilot: KnownPilot, offer: ResourceOffer, fresh: boolean) => Promise<void>;
  changed: (applied: Applied) => Promise<void>;
  /** True once the server is stopping: pilots of the local site are told to end. */
  stopping: () => boolean;
}

/**
 * A heartbeat when nothing else is to say; three missed ones make a job Stalled. Each time another, down to 15 s: pilots that were all told
 * something at once, or found the server again at once, do not stay in step.
 */
const nextReportMs = (): number => Math.round(20_000 - 5_000 * Math.random());

export function pilotDoors(doors: Doors, parts: PilotParts): void {
  const { database, tails, waiting, events, changed } = parts;
  const takeReport = createReportTaker(database, tails, changed);
  const hearing = createHearing(database);

  doors.answer(listPilotsRoute, {
    may: seesPilots,
    does: async (_input, caller) => ({ pilots: await listPilots(database.read, operates(caller) ? undefined : caller.vo) }),
  });

  doors.answer(matchJobs, {
    may: isPilot,
    does: async ({ body: offer }, caller, signal) => {
      const pilot = await livePilot(database, caller);
      hearing.heard(pilot.pilot_id);
      // What it says of itself is written when it is new, not at every question.
      const isNew = pilot.host !== offer.host || pilot.pid !== offer.pid || pilot.version !== offer.version || pilot.status !== 'Running';
      if (isNew) await database.transaction((tx, nowMs) => hearPilot(tx, pilot.pilot_id, offer, nowMs));
      if (offer.holding !== undefined) {
        const untold = await findUntold(database.read, pilot.pilot_id, offer.holding);
        if (untold.length > 0) await changed(await giveBack(database, pilot.pilot_id, untold));
      }
      if (parts.stopping()) return { jobs: [], stop: true };
      const known = {
        pilotId: pilot.pilot_id, vo: pilot.vo, site: pilot.site, computingElement: pilot.computing_element, isolation: pilot.isolation,
        soleOwner: pilot.sole_owner,
      }; // prettier-ignore
      await parts.heard(known, offer, pilot.status !== 'Running');
      const jobs = await waiting.ask(known, offer, signal);
      if (signal.aborted && jobs.length > 0) {
        await changed(await giveBack(database, pilot.pilot_id, jobs));
        return { jobs: [], stop: false };
      }
      return { jobs, stop: parts.stopping() };
    },
  });

  doors.answer(awaitBell, {
    may: isPilot,
    does: async ({ body }, caller, signal) => {
      const pilot = await livePilot(database, caller);
      return { ring: await parts.bells.wait(pilot.pilot_id, body.waitMs, signal) };
    },
  });

  doors.answer(reportJobs, {
    may: isPilot,
    does: async ({ body }, caller) => {
      const pilot = await livePilot(database, caller);
      waiting.heard(pilot.pilot_id);
      hearing.heard(pilot.pilot_id);
      const answers = await takeReport({ pilotId: pilot.pilot_id, vo: pilot.vo, jobs: body.jobs });
      tellOfOutput(events, body.jobs, answers);
      if (body.ending === true) {
        waiting.forget(pilot.pilot_id);
        parts.bells.forget(pilot.pilot_id);
        hearing.forget(pilot.pilot_id);
        const { applied } = await losePilot(database, pilot.pilot_id, { status: 'Done', why: 'Pilot ended' });
        await changed(applied);
      }
      return { jobs: answers, nextReportMs: nextReportMs(), stop: parts.stopping() };
    },
  });
}

function tellOfOutput(
  events: Events,
  reports: readonly { jobId: number; output?: readonly unknown[] | undefined }[],
  answers: readonly JobReportAnswer[],
): void {
  reports.forEach(({ jobId, output = [] }, i) => {
    if (output.length > 0 && answers[i]?.outcome === 'accepted') events.outputCame(jobId);
  });
}
