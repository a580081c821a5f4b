import { z } from 'zod';
import { QueryText, Sort } from './job-search';
import { Instant } from './paging';
import { route } from './route';
import { oneLine } from './texts';

/** At least one letter that can be seen, so that it can be chosen. */
const ViewName = oneLine(100).regex(/\S/, 'must not be blank');

/** A query with a name. As text, so that `age<2d` stays two days from today. */
export const View = z
  .object({
    name: z.string(),
    text: z.string(),
    sort: Sort.optional(),
    /** Seen by everybody of the owner's group. */
    shared: z.boolean(),
    owner: z.string(),
    /** The caller's own, which only the caller changes. */
    mine: z.boolean(),
    savedTime: Instant,
  })
  .meta({ id: 'View' });
export type View = z.infer<typeof View>;

export const listViews = route({
  name: 'listViews',
  summary: 'Saved views: the own ones, then those that others of the group share',
  method: 'GET',
  path: '/views',
  returns: z.object({ views: z.array(View) }).meta({ id: 'ViewList' }),
  errors: [],
});

export const saveView = route({
  name: 'saveView',
  summary: 'Save a query under a name; an own view of this name is replaced',
  method: 'PUT',
  path: '/views',
  body: z.strictObject({ name: ViewName, text: QueryText, sort: Sort.optional(), shared: z.boolean().optional() }).meta({ id: 'SaveView' }),
  returns: View,
  errors: ['BadRequest', 'TooLarge'],
});

export const deleteView = route({
  name: 'deleteView',
  summary: 'Delete an own view',
  method: 'POST',
  path: '/views/delete',
  body: z.strictObject({ name: ViewName }).meta({ id: 'DeleteView' }),
  returns: z.object({ name: z.string() }).meta({ id: 'DeletedView' }),
  errors: ['NotFound'],
});
