import type { ReachableAsset, ReachableAssets, ReachableQuery } from '#libs/authorization';
import type { OwnAccount } from '#libs/identity';
import type { AssetGroupId } from '#libs/kernel';
import type { SessionOpener } from '../session/session-opener.js';
import { assetTable } from './asset-table.js';
import type { MenuScreen } from './menu-screen.js';
import { plain } from './plain-text.js';

/** What the lists need of the gateway. */
export interface AssetListParts {
  reachable: ReachableAssets;
  opener: SessionOpener;
  account: OwnAccount;
}

type Filter = Pick<ReachableQuery, 'q' | 'groupId' | 'favourite'>;

/** The list shown last. */
interface Shown {
  filter: Filter;
  offset: number;
  total: number;
  items: ReachableAsset[];
}

type WayIn = ReachableAsset['systemUsers'][number];

/** Lines that the table shares the screen with. */
const LINES_BESIDE = 4;
const LEAST_ROWS = 3;
const MOST_ROWS = 200;
const EXACT_LIMIT = 2;

/** The user's assets in the menu: lists them by page, finds one, asks as whom, and connects. */
export class AssetLists {
  private shown: Shown | null = null;
  private recentFirst: boolean;
  private missed = false;

  constructor(
    private readonly screen: MenuScreen,
    private readonly parts: AssetListParts,
  ) {
    this.recentFirst = screen.user.recentFirst;
  }

  /** Whether the list shown last goes on beyond its page. */
  get hasPages(): boolean {
    return this.shown !== null && this.shown.total > this.shown.items.length;
  }

  /** Whether the last line that was to choose an asset fitted none, or several. */
  get hasMissed(): boolean {
    return this.missed;
  }

  /** Lists what matches, from the beginning. */
  async list(query: string): Promise<void> {
    await this.showFrom({ q: query }, 0);
  }

  /** Lists what an asset group and those below it hold of the user's. */
  async listGroup(groupId: AssetGroupId): Promise<void> {
    await this.showFrom({ groupId }, 0);
  }

  /** Lists those kept at hand. */
  async listFavourites(): Promise<void> {
    await this.showFrom({ favourite: true }, 0);
  }

  /** Those used last first, or by name again; it stays so for the next time. */
  async turnOrder(): Promise<void> {
    const { screen } = this;
    const { recentFirst } = await this.parts.account.update(screen.actor, screen.user.id, {
      recentFirst: !this.recentFirst,
    });
    this.recentFirst = recentFirst;
    screen.say(screen.texts.order(recentFirst));
    await this.list('');
  }

  /** The next page or the one before; stays where there is none. */
  async turnPage(step: 1 | -1): Promise<void> {
    if (!this.shown) return;
    const { filter, offset, total } = this.shown;
    const next = offset + step * this.pageSize;
    await this.showFrom(filter, next >= total ? offset : Math.max(0, next));
  }

  /** Connects to a row of the list shown last. */
  async pickRow(number: number): Promise<void> {
    const { texts } = this.screen;
    const asset = this.shown?.items[number - 1 - this.shown.offset];
    this.missed = !asset;
    if (asset) await this.pick(asset);
    else this.screen.say(this.shown ? texts.noSuchRow(number) : texts.listFirst);
  }

  /** Exact name or address first, else everything that contains the text: one hit connects, several are listed. */
  async find(text: string): Promise<void> {
    this.missed = false;
    const exact = await this.read({ exact: text, offset: 0, limit: EXACT_LIMIT });
    const [only] = exact.items;
    if (only && exact.total === 1) return this.pick(only);
    const found = await this.read({ q: text, offset: 0, limit: this.pageSize });
    const [hit] = found.items;
    if (hit && found.total === 1) return this.pick(hit);
    this.missed = true;
    this.show({ filter: { q: text }, offset: 0, ...found });
  }

  private async showFrom(filter: Filter, offset: number): Promise<void> {
    const page = await this.read({ ...filter, offset, limit: this.pageSize });
    this.show({ filter, offset, ...page });
  }

  private read(query: ReachableQuery): ReturnType<ReachableAssets['list']> {
    const sort = this.recentFirst ? '-lastUsed' : undefined;
    return this.parts.reachable.list(this.screen.user.id, { ...query, sort });
  }

  private show(shown: Shown): void {
    const { texts, width } = this.screen;
    const { items, offset, total, filter } = shown;
    if (items.length === 0) {
      this.screen.say(this.nothing(filter));
      return;
    }
    this.shown = shown;
    const lines = assetTable(items, offset + 1, texts.columns, width);
    const paged = total > items.length ? ` · ${texts.paging}` : '';
    this.screen.say(
      [...lines, `${texts.counted(offset + 1, offset + items.length, total)}${paged}`].join('\n'),
    );
  }

  private nothing({ q, favourite, groupId }: Filter): string {
    const { texts } = this.screen;
    if (q) return texts.nothingFound(plain(q));
    if (favourite) return texts.noFavourites;
    return groupId ? texts.emptyGroup : texts.noAssets;
  }

  private async pick(asset: ReachableAsset): Promise<void> {
    const [only, ...others] = asset.systemUsers;
    const chosen = only && others.length === 0 ? only : await this.choose(asset);
    if (chosen) await this.connect(asset, chosen);
  }

  /** As whom; null: `q`, or the user thought better of it. */
  private async choose({ name, systemUsers }: ReachableAsset): Promise<WayIn | null> {
    const rows = systemUsers.map(({ username }, index) => `  ${index + 1}  ${plain(username)}`);
    for (;;) {
      this.screen.say([this.screen.texts.chooseSystemUser(plain(name)), ...rows].join('\n'));
      const answer = (await this.screen.ask('> '))?.trim();
      if (answer === undefined) return null;
      const chosen =
        systemUsers[Number(answer) - 1] ?? systemUsers.find(({ username }) => username === answer);
      if (chosen) return chosen;
      if (answer.toLowerCase() === 'q') return null;
    }
  }

  /** Without a terminal it is a shell that is fed: the client learns how that ended, as by direct login. */
  private async connect(asset: ReachableAsset, systemUser: WayIn): Promise<void> {
    const { screen } = this;
    screen.say(screen.texts.connecting(plain(systemUser.username), plain(asset.name)));
    const { session, exit } = await screen.lend(async (downstream, finished) => {
      const wish = {
        userId: screen.user.id,
        assetId: asset.id,
        systemUserId: systemUser.id,
        action: 'connect' as const,
        language: screen.user.language,
      };
      const opened = await this.parts.opener.open(wish, downstream, screen.pool);
      const how = await finished;
      await opened?.whenEnded();
      return { session: opened, exit: how };
    });
    if (!screen.hasTerminal) {
      // what is left of the input was for the asset's shell: the menu must not take it for keys
      screen.quit(exit);
      return;
    }
    if (!session) return;
    screen.putRight();
    screen.say(`\n${screen.texts.back}`);
  }

  private get pageSize(): number {
    return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, this.screen.height - LINES_BESIDE));
  }
}
