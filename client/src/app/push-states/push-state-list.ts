import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { DRIFT_STATES, PUSH_RECORD_STATES } from '#libs/contracts';
import { Account } from '../account/account';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { injectFailureWords } from '../pushes/failure-words';
import { recordMark } from '../pushes/push-marks';
import { DriftMark } from './drift-mark';
import { PushStateStore, pushOf } from './push-state-store';
import { ScanDrift } from './scan-drift';

const COLUMNS: readonly Column[] = [
  { id: 'systemUsername', label: 'pushList.systemUser', sort: 'systemUsername', fixed: true },
  { id: 'assetName', label: 'pushStates.asset', sort: 'assetName' },
  { id: 'state', label: 'pushList.state' },
  { id: 'drift', label: 'drift.heading' },
  { id: 'mode', label: 'pushList.mode' },
  { id: 'engine', label: 'pushStates.engine', extra: true },
  { id: 'pushedBy', label: 'pushList.by' },
  { id: 'pushedAt', label: 'pushList.at', sort: 'pushedAt', align: 'end' },
];

const FACETS: readonly Facet[] = [
  {
    field: 'state',
    label: 'pushList.state',
    options: PUSH_RECORD_STATES.map((value) => ({ value, label: `recordState.${value}` })),
  },
  {
    field: 'drift',
    label: 'drift.heading',
    options: DRIFT_STATES.map((value) => ({ value, label: `drift.state.${value}` })),
  },
];

/** Where system users stand: pushed, outdated, failed, drifted. */
@Component({
  selector: 'gh-push-state-list',
  imports: [
    DriftMark,
    ListCell,
    ListView,
    NzButtonComponent,
    RouterLink,
    RouterOutlet,
    ScanDrift,
    StateMark,
    When,
  ],
  providers: [PushStateStore],
  templateUrl: './push-state-list.html',
})
export class PushStateList {
  protected readonly list = inject(PushStateStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly mark = recordMark;
  protected readonly why = injectFailureWords();
  protected readonly everything = { all: true } as const;

  protected readonly selectedPush = computed(() => pushOf(this.list.selected()));
  protected readonly selectedScan = computed(() => ({
    assetIds: [...new Set(this.list.selected().map(({ assetId }) => assetId))],
    systemUserIds: [...new Set(this.list.selected().map(({ systemUserId }) => systemUserId))],
  }));
}
