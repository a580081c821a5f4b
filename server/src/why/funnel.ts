import type { FunnelStep, WaitCause } from '@diraclab/contract';
import { countByCode, fitsOf, isOfVo } from './ask-matcher.ts';
import type { Answers } from './ask-matcher.ts';
import { textOf } from './cause-texts.ts';

/** Causes that are told one by one; the rest is a number. */
export const mostCauses = 10;

/** The matcher's sentences, most common first. */
export function causesOf(answers: Answers): WaitCause[] {
  const sentences = Map.groupBy(
    answers.refused
      .filter(isOfVo)
      .map(({ rejection }) => ({ ...textOf(rejection.code), rejection, text: textOf(rejection.code).says(rejection) })),
    ({ text }) => text,
  );
  return [...sentences]
    .flatMap(([text, same]) =>
      same[0] === undefined ? [] : [{ code: same[0].rejection.code, text, actor: same[0].actor, resources: same.length }],
    )
    .sort((a, b) => b.resources - a.resources)
    .slice(0, mostCauses);
}

/** How many resources each rule leaves. Other VOs' are not counted: they are nobody's business. */
export function funnelOf(answers: Answers): FunnelStep[] {
  let { of: left } = fitsOf(answers);
  const steps: FunnelStep[] = [{ code: null, text: 'of your VO', left }];
  for (const [rejection, n] of countByCode(answers)) {
    if (!isOfVo({ rejection })) continue;
    left -= n;
    steps.push({ code: rejection.code, text: textOf(rejection.code).step(rejection.needed), left });
  }
  return steps;
}
