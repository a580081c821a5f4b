import { inspect } from 'node:util';
import type { MimeBundle } from './notebook';
import type { FailureGroup, Preview, TypicalWait, Why, WhyGroup } from './types';

/** Why, as a person reads it: the sentence, then what it rests on. */
export function whyText({ jobId, status, headline, funnel, changes, order, causes, next }: Why): string {
  const lines = [`Job ${jobId} (${status}): ${headline}`];
  if (causes.length > 1)
    lines.push(
      ...causes.map(({ code, text, resources }) => `  ${resources > 0 ? `${count(resources, 'resource')}: ` : ''}${text} [${code}]`),
    );
  if (funnel.length > 1) lines.push('Resources:', ...funnel.map(({ text, left }) => `  ${String(left).padStart(5)} ${text}`));
  if (changes.length > 0) lines.push('One change that would help:', ...changes.map(({ text }) => `  ${text}`));
  if (order !== null) lines.push(orderText(order));
  if (next !== null) lines.push(`Next: ${next}`);
  return lines.join('\n');
}

function orderText({ ahead, competing, startedLastHour, typicalWait }: NonNullable<Why['order']>): string {
  const capped = (n: number) => (n >= 1000 ? `${n.toLocaleString('en')} or more` : String(n));
  const before = `${capped(ahead)} ahead in its queue, ${competing.toLocaleString('en')} in others for the same resources`;
  return `Order: ${before}; ${capped(startedLastHour)} started in the last hour. ${typicalText(typicalWait)}`;
}

/** A range with its sample, never a time of arrival. */
export function typicalText(typical: TypicalWait | null): string {
  if (typical === null) return 'Too few started lately to tell a typical wait.';
  const whose = typical.of === 'queue' ? 'of this queue' : 'of your VO';
  return `Typical wait: half within ${duration(typical.p50Ms)}, nine of ten within ${duration(typical.p90Ms)} (${count(typical.jobs, 'job')} ${whose}).`;
}

export function groupsText(groups: readonly WhyGroup[]): string {
  if (groups.length === 0) return 'No jobs.';
  return groups
    .map(({ jobs, status, text, code, exampleJobId, next }) => {
      const line = `${jobs.toLocaleString('en').padStart(9)} ${status === 'Waiting' ? `Waiting: ${text}` : text} [${code}, for example job ${exampleJobId}]`;
      return next === null ? line : `${line}\n          Next: ${next}`;
    })
    .join('\n');
}

export function failuresText(failures: readonly FailureGroup[]): string {
  if (failures.length === 0) return 'No failed jobs.';
  return failures
    .map(({ jobs, signature, site, onlyHere, sampleJobId, firstTime, lastTime }) => {
      const times = `${readable(firstTime)} to ${readable(lastTime)}`;
      return `${jobs.toLocaleString('en').padStart(9)} at ${site}${onlyHere ? ' only' : ''}: ${signature} [${times}, for example job ${sampleJobId}]`;
    })
    .join('\n');
}

export function previewText({ jobs, fits, warnings, typicalWait }: Preview): string {
  return [`${count(jobs, 'job')}; fits ${fits.now} of ${count(fits.of, 'resource')}.`, ...warnings, typicalText(typicalWait)].join('\n');
}

/** The same value; printed or shown by a notebook it reads as this text. What a program sees of it is unchanged. */
export function readableAs<T extends object>(value: T, text: string): T {
  const hidden = { enumerable: false, configurable: true };
  Object.defineProperty(value, inspect.custom, { ...hidden, value: () => text });
  Object.defineProperty(value, Symbol.for('Jupyter.display'), { ...hidden, value: (): MimeBundle => ({ 'text/plain': text }) });
  Object.defineProperty(value, 'toString', { ...hidden, value: () => text });
  return value;
}

const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const readable = (instant: string): string => instant.replace('T', ' ').replace(/(:\d\d)?(\.\d+)?Z$/, ' UTC');

function duration(ms: number): string {
  const s = ms / 1000;
  if (s < 100) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  return s < 6000 ? `${Math.round(s / 60)} min` : `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}
