import { Component, ElementRef, computed, inject, input } from '@angular/core';
import { injectWords } from '../language/words';
import type { SplitBar } from './pane-layout';
import { TerminalTabs } from './terminal-tabs';

const NUDGE = 0.05;

/** The bar between two parts of the tab in front: held by the pointer or moved by arrows, it shares the room anew. */
@Component({
  selector: 'gh-split-grip',
  template: '',
  styleUrl: './split-grip.css',
  host: {
    role: 'separator',
    tabindex: '0',
    '[class]': 'bar().split.direction',
    '[attr.aria-label]': 'label()',
    '[attr.aria-orientation]': "isUpright() ? 'vertical' : 'horizontal'",
    '[attr.aria-valuenow]': 'share()',
    '[style.left.%]': 'bar().left',
    '[style.top.%]': 'bar().top',
    '[style.height.%]': 'isUpright() ? bar().whole.height : null',
    '[style.width.%]': 'isUpright() ? null : bar().whole.width',
    '(pointerdown)': 'hold($event)',
    '(pointermove)': 'pull($event)',
    '(keydown)': 'nudge($event)',
  },
})
export class SplitGrip {
  private readonly tabs = inject(TerminalTabs);
  private readonly grip: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly t = injectWords();

  readonly bar = input.required<SplitBar>();
  /** The room of all panes, of which the bar's place is a part. */
  readonly room = input.required<HTMLElement>();

  protected readonly label = computed(() => this.t('terminal.split.bar'));
  protected readonly isUpright = computed(() => this.bar().split.direction === 'right');
  protected readonly share = computed(() => Math.round(this.bar().split.share * 100));

  protected hold({ pointerId }: PointerEvent): void {
    this.grip.setPointerCapture(pointerId);
  }

  /** It follows the pointer while it is held. */
  protected pull(event: PointerEvent): void {
    if (!this.grip.hasPointerCapture(event.pointerId)) return;
    const { whole } = this.bar();
    const room = this.room().getBoundingClientRect();
    this.give(
      this.isUpright()
        ? (((event.clientX - room.left) / room.width) * 100 - whole.left) / whole.width
        : (((event.clientY - room.top) / room.height) * 100 - whole.top) / whole.height,
    );
  }

  protected nudge(event: KeyboardEvent): void {
    const [less, more] = this.isUpright() ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const by = event.key === less ? -NUDGE : event.key === more ? NUDGE : 0;
    if (by === 0 || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.give(this.bar().split.share + by);
  }

  private give(share: number): void {
    const tab = this.tabs.active();
    if (tab) this.tabs.share(tab.key, this.bar().split.id, share);
  }
}
