import { Component, computed, inject, input, resource } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { Duration } from '../display/duration';
import { dataSize } from '../display/data-size';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { injectProblemWords } from '../problem/problem-words';
import { endMark } from './end-mark';
import type { SessionView } from '../api/models/session-view';
import { SessionCommands } from './session-commands';
import { SessionArchive } from './session-archive';
import { SessionGaps } from './session-gaps';
import { isWatchable } from './watchable';

/** One session: who, where, when, how it ended. */
@Component({
  selector: 'gh-session-panel',
  imports: [
    Duration,
    NzButtonComponent,
    Icon,
    RouterLink,
    SessionCommands,
    SessionGaps,
    SidePanel,
    StateMark,
    When,
  ],
  templateUrl: './session-panel.html',
})
export class SessionPanel {
  private readonly archive = inject(SessionArchive);
  private readonly react = injectReaction();
  private readonly router = inject(Router);
  private readonly language = inject(Language);
  private readonly account = inject(Account);
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly markOf = endMark;
  protected readonly isWatchable = isWatchable;

  readonly id = input.required<string>();

  protected readonly session = resource({
    params: () => this.id(),
    loader: ({ params }) => this.archive.get(params),
  });
  protected readonly mayTerminate = this.account.may('sessions.terminate');
  protected readonly mayOpenAsset = this.account.may('inventory.read');
  protected readonly mayOpenUser = this.account.may('members.read');
  protected readonly traffic = computed(() => {
    const session = this.session.hasValue() ? this.session.value() : undefined;
    // what passed is counted into the row when it ends
    if (!session?.endedAt) return null;
    const size = (bytes: number): string => dataSize(bytes, this.language.shown());
    return {
      in: size(session.bytesIn),
      out: size(session.bytesOut),
      recording: size(session.recordingBytes),
    };
  });

  /** Opens the replay at its moment. */
  protected replayFrom(offset: number): void {
    void this.router.navigate(['/audit/replay', this.id()], { queryParams: { at: offset } });
  }

  protected async terminate(session: SessionView): Promise<void> {
    const done = await this.react.ask(
      {
        heading: this.t('sessions.terminate.heading', { count: 1 }),
        text: this.t('sessions.terminate.text'),
        names: [`${session.username} · ${session.systemUsername}@${session.assetName}`],
        yes: this.t('sessions.terminate.yes'),
        destroys: true,
      },
      () => this.archive.terminate(session.id),
      this.t('sessions.terminate.done', { count: 1 }),
    );
    if (done) await this.place.close();
  }
}
