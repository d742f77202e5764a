import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../api/api';
import type { SheetFormat } from '#libs/contracts';
import { exportLoginAttempts } from '../api/fn/audit/export-login-attempts';
import { type ListLoginAttempts$Params, listLoginAttempts } from '../api/fn/audit/list-login-attempts';
import type { LoginAttemptView } from '../api/models/login-attempt-view';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectUserChoices } from '../choice/sources';
import { Language } from '../language/language';
import { injectKnownWords, injectWords } from '../language/words';
import { ChoiceFilter } from '../list/choice-filter';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { type ListQuery, flagOf, paging, wholeOf } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { ExportMenu } from '../sheets/export-menu';
import { PeriodFilter } from './period-filter';
import { SameElsewhere } from './same-elsewhere';

const COLUMNS: readonly Column[] = [
  { id: 'at', label: 'logins.at', sort: 'at', fixed: true },
  { id: 'username', label: 'logins.username', fixed: true, narrow: '190px' },
  { id: 'result', label: 'logins.result', fixed: true },
  { id: 'reason', label: 'logins.reason' },
  { id: 'way', label: 'logins.way' },
  { id: 'method', label: 'logins.method' },
  { id: 'address', label: 'logins.address', narrow: '150px' },
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
  imports: [
    ChoiceFilter,
    ExportMenu,
    ListCell,
    ListView,
    PeriodFilter,
    RouterLink,
    SameElsewhere,
    StateMark,
    When,
  ],
  templateUrl: './login-list.html',
})
export class LoginList {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly known = injectKnownWords();
  protected readonly users = injectUserChoices();
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly list = injectList<LoginAttemptView>({
    name: 'logins',
    sort: '-at',
    filters: ['succeeded', 'from', 'to', 'userId'],
    load: (query) => this.api.invoke(listLoginAttempts, { ...paging(query, SORTS), ...narrowedBy(query) }),
  });
  protected readonly whole = (format: SheetFormat): Promise<Blob> => {
    const query = this.list.query();
    const language = this.language.shown();
    return this.api.invoke(exportLoginAttempts, {
      ...wholeOf(query, SORTS),
      ...narrowedBy(query),
      ...{ format, language },
    });
  };

  protected reasonOf(reason: string): string {
    return this.known(`loginReason.${reason.replaceAll(' ', '_')}`) ?? reason;
  }
}

function narrowedBy({ filters: { succeeded, ...rest } }: ListQuery): ListLoginAttempts$Params {
  return { ...rest, succeeded: flagOf(succeeded) };
}
