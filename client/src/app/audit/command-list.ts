import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { NzDatePickerComponent, NzRangePickerComponent } from 'ng-zorro-antd/date-picker';
import { COMMAND_KINDS } from '#libs/contracts';
import { Api } from '../api/api';
import { listCommands } from '../api/fn/commands/list-commands';
import type { CommandView } from '../api/models/command-view';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { CommandText } from './command-text';
import { type Period, readPeriod, writePeriod } from './period';

const COLUMNS: readonly Column[] = [
  { id: 'at', label: 'commands.at', sort: 'at', fixed: true },
  { id: 'username', label: 'commands.user', fixed: true },
  { id: 'target', label: 'commands.target', fixed: true },
  { id: 'command', label: 'commands.command', fixed: true },
  { id: 'session', label: 'commands.session', align: 'end' },
];

const SORTS = ['at'] as const;
const CERTAIN = ['true', 'false'] as const;

/** What was entered in sessions, searched by its text. */
@Component({
  selector: 'gh-command-list',
  imports: [
    CommandText,
    FormsModule,
    ListCell,
    ListView,
    NzDatePickerComponent,
    NzRangePickerComponent,
    RouterLink,
    When,
  ],
  templateUrl: './command-list.html',
})
export class CommandList {
  private readonly api = inject(Api);
  protected readonly t = injectWords();
  protected readonly columns = COLUMNS;
  protected readonly facets: readonly Facet[] = [
    {
      field: 'kind',
      label: 'commands.kind',
      options: COMMAND_KINDS.map((value) => ({ value, label: `commands.kinds.${value}` })),
    },
    {
      field: 'certain',
      label: 'commands.certainty',
      options: CERTAIN.map((value) => ({ value, label: `commands.certain.${value}` })),
    },
  ];
  protected readonly list = injectList<CommandView>({
    name: 'commands',
    sort: '-at',
    filters: ['kind', 'certain', 'from', 'to', 'sessionId', 'userId', 'assetId', 'systemUserId'],
    load: (query) => {
      const { kind, certain, ...rest } = query.filters;
      const certainty = oneOf(CERTAIN, certain);
      return this.api.invoke(listCommands, {
        ...paging(query, SORTS),
        ...rest,
        kind: oneOf(COMMAND_KINDS, kind),
        ...(certainty === undefined ? {} : { certain: certainty === 'true' }),
      });
    },
  });
  protected readonly period = computed<Date[]>(() => readPeriod(this.list.query().filters));

  protected choose(period: Period): void {
    this.list.filter(writePeriod(period));
  }
}
