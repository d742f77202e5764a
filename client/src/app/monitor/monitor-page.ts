import {
  Component,
  DOCUMENT,
  DestroyRef,
  type ElementRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import type { SessionView } from '../api/models/session-view';
import { SessionArchive } from '../audit/session-archive';
import { Duration } from '../display/duration';
import { Icon } from '../display/icon';
import { type StateKind, StateMark } from '../display/state-mark';
import { injectWayBack } from '../display/way-back';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { MonitorLine, type WatchState } from './monitor-line';
import { MonitorScreen } from './monitor-screen';

const MARKS: Readonly<Record<WatchState['kind'], StateKind>> = {
  connecting: 'caution',
  watching: 'good',
  cut: 'caution',
  refused: 'bad',
  ended: 'idle',
};
/** Refusals that the console has words for. */
const KNOWN = [
  'not_here',
  'no_terminal',
  'too_many',
  'too_many_sockets',
  'withdrawn',
  'unauthenticated',
  'forbidden',
  'unavailable',
];

/** A session as its user sees it, live; nothing that is done here reaches it but its end. */
@Component({
  selector: 'gh-monitor-page',
  imports: [Duration, Icon, NzButtonComponent, RouterLink, StateMark],
  templateUrl: './monitor-page.html',
  // xterm.js makes its own elements, which scoped styles would not reach.
  encapsulation: ViewEncapsulation.None,
  styleUrls: ['../../../../node_modules/@xterm/xterm/css/xterm.css', './monitor-page.css'],
  hostDirectives: [KeysGoOn],
})
export class MonitorPage {
  private readonly archive = inject(SessionArchive);
  private readonly react = injectReaction();
  private readonly base = new URL(inject(DOCUMENT).baseURI);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly wayBack = injectWayBack('/audit/online');
  protected readonly mayTerminate = inject(Account).may('sessions.terminate');

  readonly id = input.required<string>();

  protected readonly session = resource({
    params: () => this.id(),
    loader: ({ params }) => this.archive.get(params),
  });
  private readonly stage = viewChild<ElementRef<HTMLElement>>('stage');
  private readonly line = signal<MonitorLine | null>(null);
  protected readonly state = computed<WatchState>(() => this.line()?.state() ?? { kind: 'connecting' });
  protected readonly watchers = computed(() => this.line()?.watchers() ?? []);
  protected readonly mark = computed(() => MARKS[this.state().kind]);
  protected readonly farewell = computed(() => {
    const state = this.state();
    if (state.kind === 'ended') {
      const reason = this.t(`ended.${state.reason}`);
      return this.t('monitor.over', { reason: state.detail ? `${reason} · ${state.detail}` : reason });
    }
    if (state.kind !== 'refused') return null;
    return KNOWN.includes(state.code) ? this.t(`monitor.refused.${state.code}`) : state.message;
  });

  constructor() {
    effect((onCleanup) => {
      const stage = this.stage()?.nativeElement;
      if (!stage || !this.session.hasValue()) return;
      const screen = new MonitorScreen(
        stage,
        untracked(() => this.t('monitor.stage')),
      );
      const line = new MonitorLine(this.session.value().id, screen, this.base);
      const watch = new ResizeObserver(() => screen.fit());
      watch.observe(stage);
      this.line.set(line);
      onCleanup(() => {
        watch.disconnect();
        line.close();
        screen.dispose();
      });
    });
    inject(DestroyRef).onDestroy(() => this.line.set(null));
  }

  protected async terminate(session: SessionView): Promise<void> {
    await this.react.ask(
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
  }
}
