import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createSudoAlias } from '../api/fn/sudo-aliases/create-sudo-alias';
import { deleteSudoAlias } from '../api/fn/sudo-aliases/delete-sudo-alias';
import { getSudoAlias } from '../api/fn/sudo-aliases/get-sudo-alias';
import { listSudoAliases } from '../api/fn/sudo-aliases/list-sudo-aliases';
import { updateSudoAlias } from '../api/fn/sudo-aliases/update-sudo-alias';
import type { CreateSudoAlias } from '../api/models/create-sudo-alias';
import type { SudoAliasView } from '../api/models/sudo-alias-view';
import type { UpdateSudoAlias } from '../api/models/update-sudo-alias';
import { paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['name', 'updatedAt'] as const;

/** The sudo aliases: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class SudoAliasStore {
  private readonly api = inject(Api);

  readonly list = injectList<SudoAliasView>({
    name: 'sudo-aliases',
    sort: SORTS[0],
    load: (query) => this.api.invoke(listSudoAliases, paging(query, SORTS)),
  });

  get(id: string): Promise<SudoAliasView> {
    return this.api.invoke(getSudoAlias, { id });
  }

  create(body: CreateSudoAlias): Promise<SudoAliasView> {
    return this.api.invoke(createSudoAlias, { body });
  }

  update(id: string, body: UpdateSudoAlias): Promise<SudoAliasView> {
    return this.api.invoke(updateSudoAlias, { id, body });
  }

  remove(id: string): Promise<void> {
    return this.api.invoke(deleteSudoAlias, { id });
  }
}
