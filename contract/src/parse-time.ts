const written = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Milliseconds since 1970 of a time in ISO 8601; UTC where it names no zone. `Date.parse` alone would take the zone of the server for some
 * spellings, and make a year of any digits it finds: "job 1" is the 1st of January 2001 to it.
 */
export function parseTime(text: string): number | undefined {
  const [, date, time = '00:00', zone = 'Z'] = written.exec(text.trim()) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${zone.replace(/^(.\d\d):?(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(ms) ? undefined : ms;
}
