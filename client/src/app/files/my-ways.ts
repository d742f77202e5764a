import { inject } from '@angular/core';
import type { Choice, ChoiceSource } from '../choice/choice';
import { Reachable, waysOf } from '../workplace/reachable';
import type { FilePlace } from './file-desk';

const SHOWN = 50;

/** Ways to the own assets, as `systemuser@asset`. An id is that of the asset, a blank, that of the system user. */
export function injectWayChoices(): ChoiceSource {
  const reachable = inject(Reachable);
  const find = async (query: { q?: string; assetId?: string }): Promise<Choice[]> => {
    const { items } = await reachable.list({ ...query, page: 1, pageSize: SHOWN });
    return waysOf(items).map(({ target, title, address }) => ({
      id: wayId(target),
      name: title,
      note: address,
    }));
  };
  return {
    find: (q) => find(q ? { q } : {}),
    get: async (id) => {
      const { assetId } = placeOf(id);
      const found = await find({ assetId });
      return found.find((choice) => choice.id === id) ?? { id, name: assetId };
    },
  };
}

/** The id of a way. */
export function wayId({ assetId, systemUserId }: FilePlace): string {
  return `${assetId} ${systemUserId}`;
}

/** Where a way leads. */
export function placeOf(id: string): FilePlace {
  const [assetId = '', systemUserId = ''] = id.split(' ');
  return { assetId, systemUserId };
}
