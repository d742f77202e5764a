import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { pushMark } from './push-marks';
import { PUSH_MODES, PUSH_STATES, PushStore } from './push-store';

const COLUMNS: readonly Column[] = [
  { id: 'systemUsername', label: 'pushList.systemUser', sort: 'systemUsername', fixed: true },
  { id: 'mode', label: 'pushList.mode' },
  { id: 'state', label: 'pushList.state' },
  { id: 'assets', label: 'pushList.done', align: 'end', width: '150px' },
  { id: 'requestedBy', label: 'pushList.by' },
  { id: 'createdAt', label: 'pushList.at', sort: 'createdAt', align: 'end' },
];

const FACETS: readonly Facet[] = [
  {
    field: 'state',
    label: 'pushList.state',
    options: PUSH_STATES.map((value) => ({ value, label: `pushState.${value}` })),
  },
  {
    field: 'mode',
    label: 'pushList.mode',
    options: PUSH_MODES.map((value) => ({ value, label: `pushKind.${value}` })),
  },
];

/** What was pushed, recorded and taken back, and what is under way. */
@Component({
  selector: 'gh-push-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet, StateMark, When],
  providers: [PushStore],
  templateUrl: './push-list.html',
})
export class PushList {
  protected readonly list = inject(PushStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly mark = pushMark;
}
