import { oneLine, type Printable } from './printable';

/**
 * A line of RFC 4180, without COMDIRAC's comma at the end. Text that a spreadsheet would run as a formula gets an apostrophe before it.
 */
export function csvLine(values: readonly (string | number | null)[]): Printable {
  return values.map(csvValue).join(',') as Printable;
}

function csvValue(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = oneLine(/^[=+\-@]/.test(value) ? `'${value}` : value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
