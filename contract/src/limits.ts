/** Longest bulk by default; a server may be configured otherwise and says so in whoAmI. */
export const defaultMaxBulkJobs = 100_000;
