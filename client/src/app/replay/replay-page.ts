import {
  Component,
  DOCUMENT,
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
import { NzInputDirective } from 'ng-zorro-antd/input';
import { SessionArchive } from '../audit/session-archive';
import { SessionCommands } from '../audit/session-commands';
import { SessionGaps } from '../audit/session-gaps';
import { Icon } from '../display/icon';
import { saveFile } from '../display/save-file';
import { injectWayBack } from '../display/way-back';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { MonitorScreen } from '../monitor/monitor-screen';
import { injectProblemWords } from '../problem/problem-words';
import { momentOf } from './moment';
import { Player, SPEEDS } from './player';
import { Recording } from './recording';

/** Seconds that an arrow jumps. */
const STEP = 5;
/** Places of a searched text that are listed. */
const MOST_HITS = 200;

/** Plays the recording of a session at the size that its user had, its letters as large as there is room. */
@Component({
  selector: 'gh-replay-page',
  imports: [Icon, NzButtonComponent, NzInputDirective, RouterLink, SessionCommands, SessionGaps, When],
  templateUrl: './replay-page.html',
  // xterm.js makes its own elements, which scoped styles would not reach.
  encapsulation: ViewEncapsulation.None,
  styleUrls: ['../../../../node_modules/@xterm/xterm/css/xterm.css', './replay-page.css'],
  host: { '(document:keydown)': 'press($event)' },
})
export class ReplayPage {
  private readonly archive = inject(SessionArchive);
  private readonly document = inject(DOCUMENT);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly wayBack = injectWayBack('/audit/history');
  protected readonly momentOf = momentOf;
  protected readonly speeds = SPEEDS;

  readonly id = input.required<string>();
  /** Where to begin, from the address: seconds of the recording, or a time of the day it was made. */
  readonly at = input<string>();

  protected readonly session = resource({
    params: () => this.id(),
    loader: ({ params }) => this.archive.get(params),
  });
  private readonly broken = signal<unknown>(null);
  protected readonly failure = computed(() => this.session.error() ?? this.broken());
  private readonly recording = signal<Recording | null>(null);
  protected readonly player = signal<Player | null>(null);
  protected readonly position = computed(() => this.player()?.position() ?? 0);
  protected readonly duration = computed(() => {
    const loaded = this.recording()?.loaded() ?? 0;
    return this.recording()?.isWhole() ? loaded : Math.max(loaded, this.sessionLength());
  });
  /** Seconds from its start to its end; 0 while it runs. What of the recording has come is shorter for as long as it comes. */
  private readonly sessionLength = computed(() => {
    const session = this.session.hasValue() ? this.session.value() : null;
    return session?.endedAt ? (Date.parse(session.endedAt) - Date.parse(session.startedAt)) / 1000 : 0;
  });
  /** When it was that what is shown was shown, to the second. */
  protected readonly shownAt = computed(() => {
    if (!this.session.hasValue()) return null;
    const began = Date.parse(this.session.value().startedAt);
    return new Date(began + Math.floor(this.position()) * 1000).toISOString();
  });
  protected readonly isPlaying = computed(() => this.player()?.isPlaying() ?? false);
  protected readonly isWaiting = computed(() => this.player()?.isWaiting() ?? false);
  protected readonly speed = computed(() => this.player()?.speed() ?? 1);

  protected readonly sought = signal('');
  protected readonly hits = computed(() => {
    this.recording()?.loaded(); // what has come since is searched too
    return this.recording()?.text.find(this.sought().trim(), MOST_HITS) ?? [];
  });
  protected readonly hitsTold = computed(() => {
    const count = this.hits().length;
    if (count === 0) return this.t(this.recording()?.isWhole() ? 'replay.noHits' : 'replay.loading');
    return this.t(count < MOST_HITS ? 'replay.hits' : 'replay.manyHits', { count });
  });

  private readonly stage = viewChild<ElementRef<HTMLElement>>('stage');
  private readonly search = viewChild<ElementRef<HTMLInputElement>>('search');

  constructor() {
    effect((onCleanup) => {
      const stop = new AbortController();
      const recording = new Recording();
      this.broken.set(null);
      this.recording.set(recording);
      void recording.read(this.archive.openRecording(this.id(), stop.signal)).then((failure) => {
        if (!stop.signal.aborted) this.broken.set(failure);
      });
      onCleanup(() => stop.abort());
    });
    effect((onCleanup) => {
      const stage = this.stage()?.nativeElement;
      const recording = this.recording();
      if (!stage || !recording?.size()) return;
      const screen = new MonitorScreen(
        stage,
        untracked(() => this.t('replay.stage')),
      );
      const player = untracked(() => new Player(recording, screen));
      const watch = new ResizeObserver(() => screen.fit());
      watch.observe(stage);
      this.player.set(player);
      void untracked(async () => {
        await player.jump(await this.beginning());
        player.play();
      });
      onCleanup(() => {
        watch.disconnect();
        player.dispose();
        screen.dispose();
      });
    });
  }

  protected async keep(): Promise<void> {
    saveFile(this.document, `${this.id()}.cast`, await this.archive.recording(this.id()));
  }

  /** Seconds of the recording. */
  private async beginning(): Promise<number> {
    const at = Date.parse(this.at() ?? '');
    if (/^[\d.]*$/.test(this.at() ?? '')) return Number(this.at() ?? 0);
    const { startedAt } = await this.archive.get(this.id());
    return Math.max(0, (at - Date.parse(startedAt)) / 1000) || 0;
  }

  protected jump(to: number): void {
    void this.player()?.jump(to);
  }

  protected toggle(): void {
    const player = this.player();
    if (player?.isPlaying()) player.pause();
    else player?.play();
  }

  /** Wherever the focus is, but where the key means something there. */
  protected press(event: KeyboardEvent): void {
    const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
    if (isTaken || (event.target instanceof Element && needsKey(event.target, event.key))) return;
    const step = (by: 1 | -1): void => {
      const next = SPEEDS[SPEEDS.indexOf(this.speed()) + by];
      if (next) this.player()?.speed.set(next);
    };
    const acts: Readonly<Record<string, () => void>> = {
      ' ': () => this.toggle(),
      ArrowLeft: () => this.jump(this.position() - STEP),
      ArrowRight: () => this.jump(this.position() + STEP),
      '<': () => step(-1),
      '>': () => step(1),
      '/': () => this.search()?.nativeElement.focus(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** Whether a control on the page or above it needs the key for itself; the terminal on the stage only shows. */
function needsKey(target: Element, key: string): boolean {
  if (target.closest('.replay-stage')) return false;
  return target.matches('input, select, .menu *') || (key === ' ' && target.matches('a, button'));
}
