import { Component, inject } from '@angular/core';
import { Api } from '../api/api';
import { listLoginAttempts } from '../api/fn/audit/list-login-attempts';
import type { LoginAttemptView } from '../api/models/login-attempt-view';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectKnownWords, injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { flagOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';

const COLUMNS: readonly Column[] = [
  { id: 'at', label: 'logins.at', sort: 'at', fixed: true },
  { id: 'username', label: 'logins.username', fixed: true },
  { id: 'result', label: 'logins.result', fixed: true },
  { id: 'reason', label: 'logins.reason' },
  { id: 'way', label: 'logins.way' },
  { id: 'method', label: 'logins.method' },
  { id: 'address', label: 'logins.address' },
];

const FACETS: readonly Facet[] = [
  {
    field: 'succeeded',
    label: 'logins.result',
    options: [
      { value: 'true', label: 'logins.succeeded' },
      { value: 'false', label: 'logins.refused' },
    ],
  },
];

const SORTS = ['at'] as const;

/** Every login to the product, and every try that was refused. */
@Component({
  selector: 'gh-login-list',
  imports: [ListCell, ListView, StateMark, When],
  templateUrl: './login-list.html',
})
export class LoginList {
  private readonly api = inject(Api);
  protected readonly t = injectWords();
  protected readonly known = injectKnownWords();
  protected readonly columns = COLUMNS;

  protected readonly facets = FACETS;
  protected readonly list = injectList<LoginAttemptView>({
    name: 'logins',
    sort: '-at',
    filters: ['succeeded'],
    load: (query) => {
      const succeeded = flagOf(query.filters['succeeded']);
      return this.api.invoke(listLoginAttempts, { ...paging(query, SORTS), succeeded });
    },
  });

  protected reasonOf(reason: string): string {
    return this.known(`loginReason.${reason.replaceAll(' ', '_')}`) ?? reason;
  }
}
