import {
  Component,
  DestroyRef,
  DOCUMENT,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { Questions } from '../question/questions';
import { Theme } from '../theme/theme';
import { Reachable, type WayChosen } from '../workplace/reachable';
import { readTerminalRequest } from '../workplace/terminal-window';
import { AssetTree } from './asset-tree';
import { barsOf, boxesOf } from './pane-layout';
import { TerminalSettingsMenu } from './settings-menu';
import { SplitGrip } from './split-grip';
import { TerminalFiles } from './terminal-files';
import { TerminalList } from './terminal-list';
import { TerminalPane } from './terminal-pane';
import { TerminalRequests } from './terminal-requests';
import { TerminalSettings } from './terminal-settings';
import { TerminalTabBar } from './terminal-tab-bar';
import { type OpenPane, TerminalTabs, isLive } from './terminal-tabs';
import { Typing } from './typing';
import { type WorkplaceAct, workplaceAct } from './workplace-keys';
import { enterNextPart, enterPart } from './workplace-parts';

/** The terminal workplace, a window of its own: my assets at the left, terminals in tabs and split panes. */
@Component({
  selector: 'gh-terminal-page',
  imports: [Icon, SplitGrip, TerminalFiles, TerminalList, TerminalPane, TerminalSettingsMenu, TerminalTabBar],
  providers: [AssetTree, TerminalRequests, TerminalSettings, TerminalTabs, Typing],
  templateUrl: './terminal-page.html',
  styleUrl: './terminal-page.css',
  host: {
    '[attr.data-scheme]': 'settings.scheme()',
    '(window:message)': 'takeRequest($event)',
    '(window:beforeunload)': 'askBeforeUnload($event)',
    '(document:keydown)': 'key($event)',
  },
})
export class TerminalPage {
  private readonly reachable = inject(Reachable);
  private readonly questions = inject(Questions);
  private readonly requests = inject(TerminalRequests);
  private readonly document = inject(DOCUMENT);
  private readonly injector = inject(Injector);
  private readonly page: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly settings = inject(TerminalSettings);
  protected readonly tabs = inject(TerminalTabs);
  protected readonly t = injectWords();

  /** From the address: the terminal to open first. */
  readonly asset = input<string>();
  readonly systemUser = input<string>();

  /** Asked when no terminal is open: what there is to choose may have changed since. */
  protected readonly reachesAny = resource({
    params: () => this.tabs.panes().length === 0 || undefined,
    loader: async () => (await this.reachable.list({ page: 1, pageSize: 1 })).total > 0,
  });
  protected readonly listShown = signal(true);
  /** Whose asset's files stand at the right. */
  protected readonly filesOf = signal<OpenPane | null>(null);
  /** Every pane of every tab, always in the order in which they were opened: none is ever made anew. */
  protected readonly places = computed(() => {
    const boxes = new Map(
      this.tabs.all().flatMap((tab) => [...boxesOf(tab.layout)].map(([key, box]) => [key, { tab, box }])),
    );
    return this.tabs.panes().flatMap((pane) => {
      const place = boxes.get(pane.key);
      if (!place) return [];
      const isFront = place.tab.key === this.tabs.activeKey();
      return [{ ...place, pane, isFront, isShared: typeof place.tab.layout !== 'number' }];
    });
  });
  protected readonly bars = computed(() => {
    const tab = this.tabs.active();
    return tab ? barsOf(tab.layout) : [];
  });

  constructor() {
    const title = this.document.title;
    effect(() => {
      const tab = this.tabs.active();
      this.document.title = (tab && this.tabs.titleOf(tab)) ?? this.t('terminal.heading');
    });
    const theme = inject(Theme);
    // what stands beside the terminals and over them is as dark or light as they are
    effect(() => theme.ofPage.set(this.settings.scheme() === 'day' ? 'light' : 'dark'));
    inject(DestroyRef).onDestroy(() => {
      this.document.title = title;
      theme.ofPage.set(null);
    });
    effect(() => {
      const [assetId, systemUserId] = [this.asset(), this.systemUser()];
      if (assetId && systemUserId) untracked(() => void this.requests.open({ assetId, systemUserId }));
    });
  }

  protected open({ way, beside }: WayChosen): void {
    if (beside) this.tabs.openBeside(way, 'right');
    else this.tabs.open(way);
  }

  /** Closes panes, and asks first where that ends a session. */
  protected async close(panes: readonly OpenPane[]): Promise<void> {
    const live = panes.filter(isLive);
    const [first] = live;
    if (first) {
      const place =
        live.length > 1 ? this.t('terminal.together.places', { count: live.length }) : first.title;
      const yes = await this.questions.ask({
        heading: this.t('terminal.close.heading', { place }),
        text: this.t(live.length > 1 ? 'terminal.close.textMany' : 'terminal.close.text'),
        yes: this.t('terminal.close.yes'),
      });
      if (!yes) return;
    }
    for (const { key } of panes) this.tabs.closePane(key);
    this.afterwards(() => {
      // a terminal that comes to the front has taken it
      if (this.document.activeElement === this.document.body)
        enterPart(this.page, this.tabs.active() ? 'bar' : 'list');
    });
  }

  protected showList(shown: boolean): void {
    this.listShown.set(shown);
    this.afterwards(() => enterPart(this.page, shown ? 'list' : 'bar'));
  }

  protected toggleFiles(pane: OpenPane): void {
    this.showFiles(this.filesOf()?.target === pane.target ? null : pane);
  }

  protected showFiles(pane: OpenPane | null): void {
    this.filesOf.set(pane);
    this.afterwards(() => enterPart(this.page, pane ? 'files' : 'terminal'));
  }

  protected takeRequest(event: MessageEvent<unknown>): void {
    const target = readTerminalRequest(event);
    if (target) void this.requests.open(target);
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.tabs.anyLive()) event.preventDefault();
  }

  protected key(event: KeyboardEvent): void {
    const act = workplaceAct(event);
    if (!act) return;
    event.preventDefault();
    this.do(act);
  }

  private do(act: WorkplaceAct): void {
    const tab = this.tabs.active();
    const pane = this.tabs.panes().find(({ key }) => key === tab?.typing);
    if (act === 'next-part') enterNextPart(this.page);
    else if (act === 'next-tab' || act === 'previous-tab') this.tabs.step(act === 'next-tab' ? 1 : -1);
    else if (act === 'next-pane' || act === 'previous-pane') this.tabs.stepPane(act === 'next-pane' ? 1 : -1);
    else if (act === 'together') {
      if (tab && typeof tab.layout !== 'number') this.tabs.typeTogether(tab.key, !tab.together);
    } else if (pane) this.tabs.split(pane, act === 'split-right' ? 'right' : 'down');
  }

  /** Once the page shows what has changed. */
  private afterwards(act: () => void): void {
    afterNextRender(act, { injector: this.injector });
  }
}
