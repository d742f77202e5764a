import stringWidth from 'string-width';
import type { ReachableAssets, ReachableGroup } from '#libs/authorization';
import type { AssetLists } from './asset-lists.js';
import type { MenuScreen } from './menu-screen.js';
import { fit, padded, plain } from './plain-text.js';

const GAP = 2;

/** The asset groups that hold assets of the user: `g` lists them with numbers, `g<number>` shows what one holds. */
export class GroupList {
  private shown: ReachableGroup[] | null = null;

  constructor(
    private readonly screen: MenuScreen,
    private readonly assets: AssetLists,
    private readonly reachable: ReachableAssets,
  ) {}

  /** Shows the groups and how many of the user's assets are in each or below it. */
  async list(): Promise<void> {
    const { texts, width } = this.screen;
    const groups = await this.read();
    if (groups.length === 0) {
      this.screen.say(texts.noGroups);
      return;
    }
    const keys = groups.map((_, index) => `g${index + 1}`);
    const counts = groups.map(({ assets }) => String(assets));
    const [first, last] = [longest([texts.groups.key, ...keys]), longest([texts.groups.assets, ...counts])];
    const room = Math.max(1, width - 1 - first - last - 2 * GAP);
    const names = groups.map(({ name }) => plain(name));
    const middle = Math.min(room, longest([texts.groups.name, ...names]));
    const line = (key: string, name: string, count: string): string =>
      [padded(key, first), fit(name, middle), count].join(' '.repeat(GAP));
    await this.screen.page([
      line(texts.groups.key, texts.groups.name, texts.groups.assets),
      ...groups.map((_, index) => line(keys[index] ?? '', names[index] ?? '', counts[index] ?? '')),
    ]);
  }

  /** Lists the assets of the group with this number: of the list shown last, or of the one that would be shown now. */
  async open(number: number): Promise<void> {
    const group = (this.shown ?? (await this.read()))[number - 1];
    if (group) await this.assets.listGroup(group.id);
    else this.screen.say(this.screen.texts.noSuchGroup(number));
  }

  private async read(): Promise<ReachableGroup[]> {
    const { groups } = await this.reachable.groups(this.screen.user.id);
    this.shown = groups;
    return groups;
  }
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => stringWidth(text)));
}
