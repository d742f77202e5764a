import { Component, input } from '@angular/core';
import type { CommandView } from '../api/models/command-view';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';

/** A command as it was entered; what isn't certain, and what was not shown, says so. */
@Component({
  selector: 'gh-command-text',
  imports: [StateMark],
  template: `
    @let it = command();
    @switch (it.kind) {
      @case ('hidden') {
        <gh-state kind="caution">{{ t('commands.kinds.hidden') }}</gh-state>
        <bdi class="mono faint">{{ it.command }}</bdi>
      }
      @case ('screen_entered') {
        <span class="faint">{{ t('commands.kinds.screen_entered') }}</span>
      }
      @case ('screen_left') {
        <span class="faint">{{ t('commands.kinds.screen_left') }}</span>
      }
      @default {
        <bdi class="mono text">{{ it.command }}</bdi>
        @if (!it.certain) {
          <gh-state kind="caution" [title]="t('commands.uncertainHelp')">{{
            t('commands.certain.false')
          }}</gh-state>
        }
      }
    }
  `,
  styles: `
    .text {
      margin-right: 8px;
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
})
export class CommandText {
  readonly command = input.required<Pick<CommandView, 'kind' | 'command' | 'certain'>>();
  protected readonly t = injectWords();
}
