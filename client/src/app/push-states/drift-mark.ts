import { Component, computed, input } from '@angular/core';
import type { PushRecordView } from '../api/models/push-record-view';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';

/** Whether what stands there is still what was pushed; what differs is told on hover. */
@Component({
  selector: 'gh-drift-mark',
  imports: [StateMark],
  template: `
    @if (record().drift; as drift) {
      <gh-state [kind]="drift === 'drifted' ? 'bad' : 'good'" [title]="told()">{{
        t('drift.state.' + drift)
      }}</gh-state>
    } @else {
      <span class="faint">{{ t('drift.never') }}</span>
    }
  `,
})
export class DriftMark {
  protected readonly t = injectWords();

  readonly record = input.required<PushRecordView>();

  protected readonly told = computed(() =>
    this.record()
      .driftFindings.map(({ finding, pushed, found }) =>
        this.t(`drift.finding.${finding}`, { pushed, found }),
      )
      .join('\n'),
  );
}
