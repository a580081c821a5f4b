/** JSON for people: marks that turn the direction of text are written as escapes, so that no name can turn the lines around it. */
export function readableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
