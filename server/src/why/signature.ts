/** Longest signature; what comes after it seldom tells failures apart. */
const longest = 200;

/**
 * A sentence without what differs from job to job: times, ids, numbers, and of a path all but its last name. In this order, because an id
 * holds numbers and a path may hold both.
 */
export function signatureOf(sentence: string): string {
  return sentence
    .slice(0, 4 * longest)
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, '<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '<id>')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>')
    .replace(/(?:\/[^\s/:;,'"()]+)+\/(?=[^\s/:;,'"()])/g, '…/')
    .replace(/\d+(\.\d+)?/g, '<n>')
    .slice(0, longest);
}
