import {
  Component,
  DestroyRef,
  DOCUMENT,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { Questions } from '../question/questions';
import { Reachable, type Way, waysOf } from '../workplace/reachable';
import { readTerminalRequest } from '../workplace/terminal-window';
import type { TerminalTarget } from './terminal-line';
import { TerminalPane } from './terminal-pane';
import { type TerminalTab, TerminalTabs } from './terminal-tabs';

const TYPING_PAUSE_MS = 150;
const ASSETS_SHOWN = 200;

/** The terminal workplace, a window of its own: my assets at the left, terminals in tabs. */
@Component({
  selector: 'gh-terminal-page',
  imports: [Icon, TerminalPane],
  providers: [TerminalTabs],
  templateUrl: './terminal-page.html',
  styleUrl: './terminal-page.css',
  host: {
    '(window:message)': 'takeRequest($event)',
    '(window:beforeunload)': 'askBeforeUnload($event)',
    '(document:keydown)': 'key($event)',
  },
})
export class TerminalPage {
  private readonly reachable = inject(Reachable);
  private readonly questions = inject(Questions);
  private readonly document = inject(DOCUMENT);
  protected readonly tabs = inject(TerminalTabs);
  protected readonly t = injectWords();

  /** From the address: the terminal to open first. */
  readonly asset = input<string>();
  readonly systemUser = input<string>();

  protected readonly listShown = signal(true);
  private readonly wanted = signal('');
  private pause: ReturnType<typeof setTimeout> | undefined;
  private readonly loaded = resource({
    params: () => ({ q: this.wanted() }),
    loader: ({ params }) =>
      this.reachable.list({
        ...(params.q ? { q: params.q } : {}),
        page: 1,
        pageSize: ASSETS_SHOWN,
      }),
  });
  protected readonly assets = linkedSignal<Loaded, Loaded>({
    source: () => (this.loaded.hasValue() ? this.loaded.value().items : undefined),
    computation: (now, previous) => now ?? previous?.value,
  });
  protected readonly found = computed(() =>
    (this.assets() ?? []).map((asset) => ({ asset, ways: waysOf([asset]) })),
  );

  constructor() {
    const title = this.document.title;
    effect(() => (this.document.title = this.tabs.active()?.title ?? this.t('terminal.heading')));
    inject(DestroyRef).onDestroy(() => (this.document.title = title));
    effect(() => {
      const [assetId, systemUserId] = [this.asset(), this.systemUser()];
      if (assetId && systemUserId) void this.openTarget({ assetId, systemUserId });
    });
  }

  protected open(way: Way): void {
    this.tabs.open(way.target, way.title);
  }

  protected type(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.wanted.set(text.trim()), TYPING_PAUSE_MS);
  }

  protected async close(tab: TerminalTab): Promise<void> {
    if (tab.state === 'live' || tab.state === 'cut') {
      const yes = await this.questions.ask({
        heading: this.t('terminal.close.heading', { place: tab.title }),
        text: this.t('terminal.close.text'),
        yes: this.t('terminal.close.yes'),
      });
      if (!yes) return;
    }
    this.tabs.close(tab.key);
  }

  protected takeRequest(event: MessageEvent<unknown>): void {
    const target = readTerminalRequest(event);
    if (target) void this.openTarget(target);
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.tabs.anyLive()) event.preventDefault();
  }

  protected key(event: KeyboardEvent): void {
    if (!event.ctrlKey || !event.shiftKey) return;
    if (event.code === 'ArrowRight') this.tabs.step(1);
    else if (event.code === 'ArrowLeft') this.tabs.step(-1);
    else return;
    event.preventDefault();
  }

  /** The terminal doesn't wait for its title. */
  private async openTarget(target: TerminalTarget): Promise<void> {
    const key = this.tabs.open(target, this.t('terminal.unknown'));
    const title = await this.titleOf(target);
    if (title) this.tabs.rename(key, title);
  }

  /** `systemuser@asset`, looked up among what I may reach; what isn't found there the gateway refuses anyway. */
  private async titleOf(target: TerminalTarget): Promise<string | undefined> {
    for (let page = 1, left = 1; left > 0; page++) {
      const { items, total } = await this.reachable.list({ page, pageSize: ASSETS_SHOWN });
      const way = waysOf(items).find(
        (each) => each.target.assetId === target.assetId && each.target.systemUserId === target.systemUserId,
      );
      if (way) return way.title;
      left = items.length === 0 ? 0 : total - page * ASSETS_SHOWN;
    }
    return undefined;
  }
}

type Loaded = Awaited<ReturnType<Reachable['list']>>['items'] | undefined;
