/**
 * Does something for each, at most `width` at a time; results in the order of the items. After an error no new one is begun, those under
 * way come to their end (and put away what they have half done), and the error is thrown.
 */
export async function each<Item, Result>(items: readonly Item[], width: number, act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next; i < items.length && errors.length === 0; i = next) {
      next += 1;
      try {
        results[i] = await act(items[i] as Item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}
