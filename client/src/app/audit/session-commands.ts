import { Component, computed, inject, input, output, resource } from '@angular/core';
import type { CommandView } from '../api/models/command-view';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { momentOf } from '../replay/moment';
import { CommandText } from './command-text';
import { SessionArchive } from './session-archive';

/** The commands of a session in their order; the one under way is lit, a click chooses one. */
@Component({
  selector: 'gh-session-commands',
  imports: [CommandText],
  template: `
    <h2>{{ t('commands.heading') }}</h2>
    @if (commands.error(); as failure) {
      <p class="notice bad" role="alert">{{ problems.of(failure) }}</p>
    } @else if (commands.hasValue()) {
      <ol>
        @for (command of commands.value().items; track command.id) {
          <li>
            <button
              type="button"
              [class.lit]="command.id === current()"
              [attr.aria-current]="command.id === current() ? 'true' : null"
              (click)="chosen.emit(command)"
            >
              <span class="faint mono">{{ momentOf(command.offset) }}</span>
              <gh-command-text [command]="command" />
            </button>
          </li>
        } @empty {
          <li class="faint">{{ t('commands.none') }}</li>
        }
      </ol>
      @if (commands.value().nextCursor) {
        <p class="faint">{{ t('commands.more', { count: commands.value().items.length }) }}</p>
      }
    }
  `,
  styles: `
    h2 {
      margin: 0 0 8px;
      font-size: 14px;
    }
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    button {
      display: flex;
      gap: 10px;
      width: 100%;
      padding: 4px 8px;
      border: 0;
      border-left: 3px solid transparent;
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:hover {
      background: var(--active-soft);
    }
    .lit {
      border-left-color: var(--active);
      font-weight: 600;
    }
  `,
})
export class SessionCommands {
  private readonly archive = inject(SessionArchive);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly momentOf = momentOf;

  readonly session = input.required<string>();
  /** Seconds of the recording that have been played; null: nothing is played. */
  readonly played = input<number | null>(null);
  readonly chosen = output<CommandView>();

  protected readonly commands = resource({
    params: () => this.session(),
    loader: ({ params }) => this.archive.commands(params),
  });
  protected readonly current = computed(() => {
    const played = this.played();
    if (played === null || !this.commands.hasValue()) return null;
    return this.commands.value().items.findLast(({ offset }) => offset <= played)?.id ?? null;
  });
}
