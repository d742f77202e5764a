import {
  Component,
  DestroyRef,
  ElementRef,
  afterRenderEffect,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { KeysGoOn } from './keys-go-on';

const OPEN_ABOVE = 'dialog[open], .cdk-overlay-pane :is(.menu, .ant-select-dropdown, .ant-picker-dropdown)';

/**
 * A panel over the right side of a list, for a detail or a form. `[panelActions]` stand beside the heading,
 * `[panelFooter]` below. Esc closes it; when it goes, the focus returns to where it was.
 */
@Component({
  selector: 'gh-side-panel',
  imports: [NzButtonComponent, Icon],
  template: `<section
    #panel
    role="dialog"
    aria-modal="false"
    aria-labelledby="panel-heading"
    tabindex="-1"
    animate.enter="entering"
  >
    <header>
      <div class="titles">
        <h2 id="panel-heading">{{ failure() ? t('panel.failed') : heading() }}</h2>
        @if (subheading() && !failure()) {
          <p>{{ subheading() }}</p>
        }
      </div>
      @if (!failure()) {
        <ng-content select="[panelActions]" />
      }
      <button
        type="button"
        nz-button
        nzType="text"
        [attr.aria-label]="t('panel.close')"
        [title]="t('panel.close')"
        (click)="closed.emit()"
      >
        <gh-icon name="close" />
      </button>
    </header>
    <div class="body">
      @if (failure(); as failure) {
        <p class="notice bad" role="alert">{{ problems.of(failure) }}</p>
      } @else if (!waiting()) {
        <ng-content />
      }
    </div>
    @if (!failure() && !waiting()) {
      <ng-content select="[panelFooter]" />
    }
  </section>`,
  styleUrl: './side-panel.css',
  hostDirectives: [KeysGoOn],
  host: {
    '(document:keydown.escape)': 'closeOnEscape($event)',
    '(window:beforeunload)': 'askBeforeUnload($event)',
  },
})
export class SidePanel {
  readonly heading = input.required<string>();
  readonly subheading = input<string>('');
  /** Why what the panel is for could not be got, as of a resource; then that is all that it shows. */
  readonly failure = input<unknown>();
  /** Whether it is still on its way: what is typed into a form before that would be lost when it comes. */
  readonly waiting = input(false);
  /** Whether closing the browser's tab now would lose input. */
  readonly unsaved = input(false);
  readonly closed = output();

  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  private readonly panel = viewChild.required<ElementRef<HTMLElement>>('panel');

  constructor() {
    const before = document.activeElement;
    // again when what it waited for has come
    afterRenderEffect(() => {
      this.waiting();
      const panel = this.panel().nativeElement;
      const first = panel.querySelector('[autofocus]');
      if (first instanceof HTMLElement) first.focus();
      else panel.focus();
    });
    inject(DestroyRef).onDestroy(() => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.unsaved()) event.preventDefault();
  }

  protected closeOnEscape(event: Event): void {
    // An open menu, select, calendar or dialog takes Esc for itself.
    const taken = document.querySelector(OPEN_ABOVE);
    if (!event.defaultPrevented && !taken) this.closed.emit();
  }
}
