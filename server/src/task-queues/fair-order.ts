/**
 * Whose turn it is: shares between VOs, between the groups of a VO, equal between the owners of a group (DIRAC's rule), and among one owner's
 * queues the one with the highest priority, then the one served longest ago. Pure but for the turns it is given.
 *
 * Start-time fair queueing: a claim moves its VO, group and owner forward by 1 / share, and who is furthest behind comes next. Over any run
 * of n claims with all backlogged each has its share to within one claim, where DIRAC's lottery needs thousands for that; and nobody waits
 * longer than its share says. Who has nothing that fits is passed over and may catch up later, by a bounded number of claims.
 */
export interface Turn {
  readonly parent: Turn | undefined;
  share: number;
  /** How far it was served, in claims over share. */
  pass: number;
  /** Where the last served of its children stood. */
  reached: number;
  /** Queues below it in which jobs wait. */
  queues: number;
}

export interface Turns {
  vo: Turn;
  group: Turn;
  owner: Turn;
}

/** A queue with its place in the order. */
export interface Placed {
  taskQueueId: number;
  turns: Turns;
  /** Of its first job, as far as is known: a hint. */
  topPriority: number;
  /** Number of the turn in which it was served last. */
  lastServed: number;
}

/** Queues that one kind of pilot may take jobs of. */
export interface Candidates<Q extends Placed> {
  all: Set<Q>;
  byVo: Map<Turn, { urgent: Groups<Q>; ordinary: Groups<Q> }>;
}
type Groups<Q> = Map<Turn, Map<Turn, Set<Q>>>;

/** Claims by which someone who could not be served may be ahead of its turn afterwards: fair in the long run, and starves nobody else. */
const mostCaughtUp = 100;

export const newTurn = (parent: Turn | undefined, share: number): Turn => ({
  parent,
  share,
  pass: parent?.reached ?? 0,
  reached: 0,
  queues: 0,
});

/** Where it stands, with what it may still catch up. */
const standsAt = (turn: Turn): number => Math.max(turn.pass, (turn.parent?.reached ?? 0) - mostCaughtUp / turn.share);

/** Who comes back after having had nothing to do starts where the others are. */
export function enter({ vo, group, owner }: Turns): void {
  for (const turn of [vo, group, owner]) {
    if (turn.queues === 0) turn.pass = Math.max(turn.pass, turn.parent?.reached ?? 0);
    turn.queues += 1;
  }
}

export function leave({ vo, group, owner }: Turns): void {
  for (const turn of [vo, group, owner]) turn.queues -= 1;
}

export function charge({ vo, group, owner }: Turns): void {
  for (const turn of [vo, group, owner]) {
    const start = standsAt(turn);
    if (turn.parent !== undefined) turn.parent.reached = Math.max(turn.parent.reached, start);
    turn.pass = start + 1 / turn.share;
  }
}

/** Another share: who is some claims behind or ahead stays so by as many claims. */
export function reweigh(turn: Turn, share: number): void {
  const reached = turn.parent?.reached ?? 0;
  turn.pass = reached + ((turn.pass - reached) * turn.share) / share;
  turn.share = share;
}

/** The claim found nothing. */
export function refund({ vo, group, owner }: Turns): void {
  for (const turn of [vo, group, owner]) turn.pass -= 1 / turn.share;
}

export const noCandidates = <Q extends Placed>(): Candidates<Q> => ({ all: new Set(), byVo: new Map() });

export function addCandidate<Q extends Placed>(candidates: Candidates<Q>, queue: Q, isUrgent: boolean): void {
  const { vo, group, owner } = queue.turns;
  candidates.all.add(queue);
  const ofVo = made(candidates.byVo, vo, () => ({ urgent: new Map(), ordinary: new Map() }));
  const groups: Groups<Q> = isUrgent ? ofVo.urgent : ofVo.ordinary;
  made(
    made(groups, group, () => new Map<Turn, Set<Q>>()),
    owner,
    () => new Set<Q>(),
  ).add(queue);
}

export function removeCandidate<Q extends Placed>(candidates: Candidates<Q>, queue: Q): void {
  const { vo, group, owner } = queue.turns;
  if (!candidates.all.delete(queue)) return;
  const ofVo = candidates.byVo.get(vo);
  for (const groups of [ofVo?.urgent, ofVo?.ordinary]) {
    const owners = groups?.get(group);
    const queues = owners?.get(owner);
    if (owners === undefined || queues?.delete(queue) !== true) continue;
    if (queues.size === 0) owners.delete(owner);
    if (owners.size === 0) groups?.delete(group);
  }
}

function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** The queue whose turn it is among those that fit. */
export function nextQueue<Q extends Placed>({ byVo }: Candidates<Q>, fits: (queue: Q) => boolean): Q | undefined {
  const inGroups = (groups: Groups<Q>): Q | undefined => inTurn(groups, (owners) => inTurn(owners, (queues) => firstOf(queues, fits)));
  return inTurn(byVo, ({ urgent, ordinary }) => inGroups(urgent) ?? inGroups(ordinary));
}

/** Nearly always the first has something that fits; only when it has not, the others are sorted. */
function inTurn<T, Q>(entries: ReadonlyMap<Turn, T>, find: (value: T) => Q | undefined): Q | undefined {
  let first: [Turn, T] | undefined;
  let least = Infinity;
  for (const entry of entries) {
    const at = standsAt(entry[0]);
    if (at < least) [first, least] = [entry, at];
  }
  if (first === undefined) return undefined;
  const found = find(first[1]);
  if (found !== undefined || entries.size === 1) return found;
  const others = [...entries].filter(([turn]) => turn !== first[0]).sort(([a], [b]) => standsAt(a) - standsAt(b));
  for (const [, value] of others) {
    const next = find(value);
    if (next !== undefined) return next;
  }
  return undefined;
}

function firstOf<Q extends Placed>(queues: ReadonlySet<Q>, fits: (queue: Q) => boolean): Q | undefined {
  let best: Q | undefined;
  for (const queue of queues) if ((best === undefined || comesBefore(queue, best)) && fits(queue)) best = queue;
  return best;
}

const comesBefore = (a: Placed, b: Placed): boolean =>
  (b.topPriority - a.topPriority || a.lastServed - b.lastServed || a.taskQueueId - b.taskQueueId) < 0;
