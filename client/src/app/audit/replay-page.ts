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
import type { Player } from 'asciinema-player';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { saveFile } from '../display/save-file';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { PlayedTime } from './played-time';
import { SessionArchive } from './session-archive';
import { SessionCommands } from './session-commands';

/** Longest pause that is played as it was, in seconds; longer ones are cut to this. */
const IDLE_LIMIT = 3;
/** How often the command under way is looked for. */
const LOOK_MS = 250;

/** Plays the recording of a session at the size that its user had, scaled to fit. */
@Component({
  selector: 'gh-replay-page',
  imports: [NzButtonComponent, Icon, RouterLink, SessionCommands, When],
  templateUrl: './replay-page.html',
  // The player makes its own elements, which scoped styles would not reach.
  encapsulation: ViewEncapsulation.None,
  styleUrls: [
    '../../../../node_modules/asciinema-player/dist/bundle/asciinema-player.css',
    './replay-page.css',
  ],
})
export class ReplayPage {
  private readonly archive = inject(SessionArchive);
  private readonly document = inject(DOCUMENT);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  readonly id = input.required<string>();
  /** Seconds of the recording to begin at, from the address. */
  readonly at = input<string>();
  /** Seconds of the recording that have been played. */
  protected readonly played = signal<number | null>(null);

  protected readonly session = resource({
    params: () => this.id(),
    loader: ({ params }) => this.archive.get(params),
  });
  protected readonly recording = resource({
    params: () => this.id(),
    loader: async ({ params }) => {
      const [text, { create }] = await Promise.all([
        this.archive.recording(params),
        import('asciinema-player'),
      ]);
      return { text, create, time: new PlayedTime(text, IDLE_LIMIT) };
    },
  });
  protected readonly failure = computed(() => this.session.error() ?? this.recording.error());
  private readonly stage = viewChild<ElementRef<HTMLElement>>('stage');
  private player: Player | null = null;

  constructor() {
    effect(() => {
      const stage = this.stage()?.nativeElement;
      if (!stage || !this.recording.hasValue()) return;
      const { text, create, time } = this.recording.value();
      const style = getComputedStyle(this.document.documentElement);
      this.player?.dispose();
      this.player = create({ data: text, parser: 'asciicast' }, stage, {
        autoPlay: true,
        startAt: time.playedAt(untracked(() => Number(this.at()) || 0)),
        fit: 'both',
        controls: true,
        idleTimeLimit: IDLE_LIMIT,
        terminalFontFamily: style.getPropertyValue('--mono'),
        theme: 'gatehouse',
      });
    });
    const look = setInterval(() => {
      if (!this.player || !this.recording.hasValue()) return;
      this.played.set(this.recording.value().time.recordedAt(this.player.getCurrentTime()));
    }, LOOK_MS);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(look);
      this.player?.dispose();
    });
  }

  /** Plays on from a moment of the recording. */
  protected jump(offset: number): void {
    if (!this.recording.hasValue()) return;
    void this.player?.seek(this.recording.value().time.playedAt(offset));
    this.played.set(offset);
  }

  protected keep(): void {
    if (!this.recording.hasValue()) return;
    saveFile(this.document, `${this.id()}.cast`, this.recording.value().text);
  }
}
