import {
  type Attributes,
  type Client,
  sayPlace,
  type Submission,
  submitJobs,
  type Submitted,
  textOf,
  toJDL,
  whoAmI,
} from '@diraclab/contract';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openClient, ServerUnreachable } from '../../connection';
import { uploadInputs } from '../../inputs';
import type { RunOf } from '../commands';
import { codeOf, exitCodes, type ExitCode, usageError } from '../exit-codes';
import type { Io } from '../io';
import { json, lines, oneLine, say } from '../text/printable';
import { makePlan, type Plan } from './plan';
import type { dsubSpec } from './spec';

export const dsub: RunOf<typeof dsubSpec> = async ({ options, args }, io) => {
  const plan = await makePlan(options, args, io);
  const { description, parameters } = plan;
  if (options['as-jdl'] && !options['dry-run'])
    throw usageError('--as-jdl says how --dry-run prints; without it jobs are submitted.', 'dsub --dry-run --as-jdl');
  if (options['as-jdl']) {
    io.print(lines(toJDL(description, parameters).trimEnd()));
    return exitCodes.ok;
  }
  if (options['dry-run']) return dryRun(plan, options.force === true, io);
  const client = await openClient(io.env);
  await checkIdentity(plan.attributes, client, io);
  if (options.verbose)
    io.note(lines(`JDL:\n${toJDL(description, parameters)}${parameters === undefined ? '' : `${parameters.length} jobs\n`}`.trimEnd()));
  const submitted = await submit(client, plan, options.force === true, io);
  for (const warning of submitted.warnings) io.note(say`dsub: ${warning}`);

  if (options.json) {
    io.print(json({ v: 1, ...submitted }));
  } else {
    if (options.verbose) io.note(say`JobID:`);
    io.print(options.ids ? lines(submitted.jobIds.join('\n')) : oneLine(submitted.jobIds.join(',')));
  }
  return exitCodes.ok;
};

/** A JDL may say whose the job is; the server decides that, so it must say the same. */
async function checkIdentity(attributes: Attributes, client: Client, io: Io): Promise<void> {
  const named = (['Owner', 'OwnerGroup', 'VirtualOrganization'] as const).flatMap((name) => {
    const attribute = attributes.get(name);
    return attribute === undefined ? [] : [{ ...attribute, name }];
  });
  if (named.length === 0) return;
  const me = await client(whoAmI, {}, { signal: io.signal });
  const mine = { Owner: me.owner, OwnerGroup: me.ownerGroup, VirtualOrganization: me.vo };
  for (const attribute of named) {
    const [{ name, place }, given] = [attribute, textOf(attribute)];
    if (given === mine[name]) continue;
    throw usageError(
      `${sayPlace(place)}: Wrong ${name} in JDL: it says "${given}", but you are "${mine[name]}".`,
      `Take ${name} out; the server knows it.`,
    );
  }
}

const submissionOf = ({ description, parameters }: Plan, force: boolean): Submission => ({
  description,
  ...(parameters === undefined ? {} : { parameters }),
  ...(force ? { force } : {}),
});

/** The description says what would be sent with or without a server; what it would meet only a server knows. */
async function dryRun(plan: Plan, force: boolean, io: Io): Promise<ExitCode> {
  const { description, parameters } = plan;
  const shown = { v: 1, description, ...(parameters === undefined ? {} : { parameters }) };
  try {
    const client = await openClient(io.env);
    const { fits, warnings, dryRun } = await client(
      submitJobs,
      { body: { ...submissionOf(plan, force), dryRun: true } },
      { signal: io.signal },
    );
    io.print(json({ ...shown, fits, warnings, ...dryRun }, 1));
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    io.print(json(shown, 1));
    io.note(say`dsub: no server answers, so that nothing says what would fit it.`);
  }
  return exitCodes.ok;
}

/** Pauses before a submission whose answer was lost is sent again. Its key makes the second one harmless. */
const retryPausesMs = [300, 1000];

/**
 * Submits first and uploads only what the server then says it lacks: a description that is refused sends no file, and an input the server
 * knows already costs no call.
 */
async function submit(client: Client, plan: Plan, force: boolean, io: Io): Promise<Submitted> {
  const { files } = plan;
  const submission: Submission = { ...submissionOf(plan, force), idempotencyKey: randomUUID() };
  try {
    return await send(client, submission, io);
  } catch (error) {
    if (codeOf(error) !== 'MissingSandboxFile') throw error;
    await uploadInputs(client, files);
    return send(client, submission, io);
  }
}

async function send(client: Client, body: Submission, { signal }: Io): Promise<Submitted> {
  for (const pauseMs of retryPausesMs) {
    try {
      return await client(submitJobs, { body }, { signal });
    } catch (error) {
      if (!(error instanceof ServerUnreachable)) throw error;
      await pause(pauseMs, undefined, { signal });
    }
  }
  return client(submitJobs, { body }, { signal });
}
