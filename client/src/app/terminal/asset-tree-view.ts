import {
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  output,
  signal,
} from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import type { WayChosen } from '../workplace/reachable';
import { AssetTree } from './asset-tree';
import { EnvironmentMark } from './environment-mark';
import { TerminalTabs } from './terminal-tabs';
import type { TreeLine } from './tree-lines';

/** My assets as a tree of their groups, worked by keys as the tree pattern of ARIA has it. */
@Component({
  selector: 'gh-asset-tree',
  imports: [EnvironmentMark, Icon],
  templateUrl: './asset-tree-view.html',
  styleUrl: './asset-tree-view.css',
})
export class AssetTreeView {
  protected readonly tree = inject(AssetTree);
  protected readonly tabs = inject(TerminalTabs);
  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  private readonly injector = inject(Injector);
  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  readonly chosen = output<WayChosen>();

  private readonly lit = signal('');
  /** Where Tab comes to: the line that had the focus last, else the first. */
  protected readonly litAt = computed(() =>
    Math.max(
      0,
      this.tree.lines().findIndex(({ id }) => id === this.lit()),
    ),
  );

  constructor() {
    this.tree.look();
  }

  protected note(line: TreeLine): void {
    this.lit.set(line.id);
  }

  /** What Enter or a click does. */
  protected do(line: TreeLine, at: number, beside = false): void {
    if (line.open !== undefined) this.toggle(line);
    else if (line.way)
      this.chosen.emit({ way: line.way, beside: beside && this.tabs.active() !== undefined });
    else if (line.kind === 'more') void this.more(line, at);
  }

  protected key(event: KeyboardEvent): void {
    const at = this.litAt();
    const line = this.tree.lines()[at];
    if (!line || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Enter' || (event.key === ' ' && !event.ctrlKey)) this.do(line, at, event.ctrlKey);
    else if (event.ctrlKey || !this.move(event.key, line, at)) return;
    event.preventDefault();
  }

  /** @returns whether the key means something here. */
  private move(key: string, line: TreeLine, at: number): boolean {
    const lines = this.tree.lines();
    if (key === 'ArrowDown') this.focus(at + 1);
    else if (key === 'ArrowUp') this.focus(at - 1);
    else if (key === 'Home') this.focus(0);
    else if (key === 'End') this.focus(lines.length - 1);
    else if (key === 'ArrowRight') {
      if (line.open === false) this.toggle(line);
      else if (line.open && (lines[at + 1]?.level ?? 0) > line.level) this.focus(at + 1);
    } else if (key === 'ArrowLeft') {
      if (line.open) this.toggle(line);
      else this.focus(lines.findLastIndex(({ level }, index) => index < at && level < line.level));
    } else if (key.length === 1) this.focusName(key.toLowerCase(), at);
    else return false;
    return true;
  }

  private toggle({ id, open }: TreeLine): void {
    if (open) this.tree.close(id);
    else this.tree.open(id);
  }

  /** Who asked for more by the keyboard goes on with what came. */
  private async more(line: TreeLine, at: number): Promise<void> {
    await this.tree.more(line.groupId);
    if (this.place.contains(document.activeElement)) this.focus(at);
  }

  /** Keys can come faster than lines are drawn. */
  private focus(at: number): void {
    const line = this.tree.lines()[at];
    if (!line) return;
    this.lit.set(line.id);
    const focusLit = (): void =>
      this.place.querySelectorAll<HTMLElement>('[role=treeitem]')[this.litAt()]?.focus();
    afterNextRender(focusLit, { injector: this.injector });
  }

  /** The next line whose name begins so. */
  private focusName(letter: string, at: number): void {
    const lines = this.tree.lines();
    const step = lines.findIndex((_, by) =>
      lines[(at + 1 + by) % lines.length]?.name.toLowerCase().startsWith(letter),
    );
    if (step >= 0) this.focus((at + 1 + step) % lines.length);
  }
}
