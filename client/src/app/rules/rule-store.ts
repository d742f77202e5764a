import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createRule } from '../api/fn/authorization-rules/create-rule';
import { deleteRules } from '../api/fn/authorization-rules/delete-rules';
import { getRule } from '../api/fn/authorization-rules/get-rule';
import { listRules } from '../api/fn/authorization-rules/list-rules';
import { updateRule } from '../api/fn/authorization-rules/update-rule';
import type { CreateRule } from '../api/models/create-rule';
import type { RuleView } from '../api/models/rule-view';
import type { UpdateRule } from '../api/models/update-rule';
import { flagOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['name', 'active', 'validUntil'] as const;

/** The authorization rules: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class RuleStore {
  private readonly api = inject(Api);

  readonly list = injectList<RuleView>({
    name: 'rules',
    sort: 'name',
    filters: ['active'],
    load: (query) => {
      const active = flagOf(query.filters['active']);
      return this.api.invoke(listRules, { ...paging(query, SORTS), active });
    },
  });

  get(id: string): Promise<RuleView> {
    return this.api.invoke(getRule, { id });
  }

  create(body: CreateRule): Promise<RuleView> {
    return this.api.invoke(createRule, { body });
  }

  update(id: string, body: UpdateRule): Promise<RuleView> {
    return this.api.invoke(updateRule, { id, body });
  }

  remove(ids: string[]): Promise<void> {
    return this.api.invoke(deleteRules, { body: { ids } });
  }
}
