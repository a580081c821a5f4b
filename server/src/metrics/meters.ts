/** What is counted while the server works: a few additions for each event. Labels are names of the program, never of people, VOs or jobs. */
export interface Meters {
  /** `gone`: the client left before its answer was written. */
  answered(route: string, status: number | 'gone', durationS: number): void;
  passed(agent: string, outcome: 'done' | 'failed', durationS: number): void;
}

export const noMeters: Meters = { answered: () => undefined, passed: () => undefined };
