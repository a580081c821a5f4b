/**
 * Stands for zod in the bundle of the d-commands (an alias of the build). A client of the contract needs of a route its method, its path
 * and whether it has a body; making the schemas behind them costs 60 to 70 ms of CPU on each start, more than all else together, and
 * nothing here is checked with them: the server checks. Parsing with this fails loudly.
 */
const schema: unknown = new Proxy(() => schema, {
  get(_, name) {
    if (name === 'parse' || name === 'safeParse' || name === 'parseAsync')
      throw new Error('The bundle of the d-commands has no schemas to parse with.');
    return typeof name === 'symbol' || name === 'then' ? undefined : schema;
  },
  apply: () => schema,
});

export const z = schema;
