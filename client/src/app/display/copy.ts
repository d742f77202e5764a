import { Component, inject, input, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from './icon';
import { injectWords } from '../language/words';
import { Clipboard } from './clipboard';

const SHOWN_MS = 1500;

/** A small button that copies a text and says so. */
@Component({
  selector: 'gh-copy',
  imports: [NzButtonComponent, Icon],
  template: `<button
    type="button"
    nz-button
    nzType="text"
    nzSize="small"
    [attr.aria-label]="t('copy.do')"
    [title]="copied() ? t('copy.done') : t('copy.do')"
    (click)="copy($event)"
  >
    <gh-icon [name]="copied() ? 'check' : 'copy'" />
  </button>`,
})
export class Copy {
  private readonly clipboard = inject(Clipboard);
  protected readonly t = injectWords();
  protected readonly copied = signal(false);

  readonly text = input.required<string>();

  protected async copy(event: Event): Promise<void> {
    event.stopPropagation();
    if (!(await this.clipboard.copy(this.text()))) return;
    this.copied.set(true);
    setTimeout(() => this.copied.set(false), SHOWN_MS);
  }
}
