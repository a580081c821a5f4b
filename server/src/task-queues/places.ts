import type { Group, Shares } from '../matching-policy/policy.ts';
import { enter, leave, newTurn, reweigh } from './fair-order.ts';
import type { Placed, Turn, Turns } from './fair-order.ts';

interface Belongs {
  vo: string;
  ownerGroup: string;
  owner: string;
}

/** The turns of all VOs, groups and owners that have had jobs here, by name. */
export interface Places {
  /** A queue got jobs: where it stands. */
  enter(queue: Belongs): Turns;
  leave(queue: Placed): void;
  /** Takes over new shares; who waited in front stays in front. */
  weigh(shares: Shares): void;
  groups(): Group[];
  /** The same turns once more, to try something out. */
  copy(): Places;
}

const even: Shares = { vo: () => 1, group: () => 1 };

export function createPlaces(
  shares: Shares = even,
  root: Turn = newTurn(undefined, 1),
  vos = new Map<string, { turn: Turn; groups: Map<string, { turn: Turn; owners: Map<string, Turn> }> }>(),
): Places {
  const find = ({ vo, ownerGroup, owner }: Belongs): Turns => {
    const ofVo = vos.get(vo) ?? { turn: newTurn(root, shares.vo(vo)), groups: new Map() };
    vos.set(vo, ofVo);
    const ofGroup = ofVo.groups.get(ownerGroup) ?? {
      turn: newTurn(ofVo.turn, shares.group({ vo, ownerGroup })),
      owners: new Map<string, Turn>(),
    };
    ofVo.groups.set(ownerGroup, ofGroup);
    const ofOwner = ofGroup.owners.get(owner) ?? newTurn(ofGroup.turn, 1);
    ofGroup.owners.set(owner, ofOwner);
    return { vo: ofVo.turn, group: ofGroup.turn, owner: ofOwner };
  };

  return {
    enter(queue) {
      const turns = find(queue);
      enter(turns);
      return turns;
    },
    leave: ({ turns }) => leave(turns),
    weigh(next) {
      shares = next;
      for (const [vo, { turn, groups }] of vos) {
        reweigh(turn, shares.vo(vo));
        for (const [ownerGroup, group] of groups) reweigh(group.turn, shares.group({ vo, ownerGroup }));
      }
    },
    groups: () => [...vos].flatMap(([vo, { groups }]) => [...groups.keys()].map((ownerGroup) => ({ vo, ownerGroup }))),
    copy() {
      const top = { ...root };
      const copied = new Map<string, { turn: Turn; groups: Map<string, { turn: Turn; owners: Map<string, Turn> }> }>();
      for (const [vo, { turn, groups }] of vos) {
        const ofVo = { turn: { ...turn, parent: top, queues: 0 }, groups: new Map<string, { turn: Turn; owners: Map<string, Turn> }>() };
        for (const [ownerGroup, group] of groups) {
          const ofGroup = { ...group.turn, parent: ofVo.turn, queues: 0 };
          const owners = new Map([...group.owners].map(([owner, own]) => [owner, { ...own, parent: ofGroup, queues: 0 }]));
          ofVo.groups.set(ownerGroup, { turn: ofGroup, owners });
        }
        copied.set(vo, ofVo);
      }
      return createPlaces(shares, top, copied);
    },
  };
}
