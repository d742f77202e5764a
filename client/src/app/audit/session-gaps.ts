import { Component, computed, inject, input, output } from '@angular/core';
import type { SessionDetail } from '../api/models/session-detail';
import { dataSize } from '../display/data-size';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { momentOf } from '../replay/moment';

/** What is missing of a session, with its moments in the recording; a click chooses one. Nothing where nothing is. */
@Component({
  selector: 'gh-session-gaps',
  template: `
    @if (gaps().length > 0) {
      <div class="notice caution" role="note">
        <strong>{{ t('gaps.heading') }}</strong>
        <ul>
          @for (gap of gaps(); track $index) {
            <li>
              <button
                type="button"
                [disabled]="!session().recorded"
                [class.lit]="gap.isPlayed"
                [attr.aria-current]="gap.isPlayed ? 'true' : null"
                (click)="chosen.emit(gap.begin)"
              >
                <span class="mono">{{ momentOf(gap.begin) }}–{{ momentOf(gap.end) }}</span>
                <span>{{ gap.told }}</span>
              </button>
            </li>
          }
        </ul>
      </div>
    }
  `,
  styles: `
    .notice {
      margin: 0 0 12px;
    }
    ul {
      margin: 4px 0 0;
      padding: 0;
      list-style: none;
    }
    button {
      display: flex;
      gap: 10px;
      padding: 2px 0;
      border: 0;
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:disabled {
      cursor: default;
    }
    button:enabled:hover,
    .lit {
      text-decoration: underline;
    }
    .lit {
      font-weight: 600;
    }
    .mono {
      flex: none;
    }
  `,
})
export class SessionGaps {
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly momentOf = momentOf;

  readonly session = input.required<SessionDetail>();
  /** Seconds of the recording that have been played; null: nothing is played. */
  readonly played = input<number | null>(null);
  /** Seconds of the recording where the chosen gap begins. */
  readonly chosen = output<number>();

  protected readonly gaps = computed(() => {
    const { startedAt, gaps } = this.session();
    const played = this.played() ?? -1;
    const offset = (at: string): number => Math.max(0, (Date.parse(at) - Date.parse(startedAt)) / 1000);
    return gaps.map(({ kind, from, to, bytes, records }) => {
      const [begin, end] = [offset(from), offset(to)];
      const size = dataSize(bytes ?? 0, this.language.shown());
      const told = this.t(`gaps.${kind}`, { size, count: records ?? 0 });
      return { begin, end, told, isPlayed: begin <= played && played <= end };
    });
  });
}
