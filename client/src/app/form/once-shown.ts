import { Component, DOCUMENT, ElementRef, afterRenderEffect, inject, input } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Copy } from '../display/copy';
import { saveFile } from '../display/save-file';
import { injectWords } from '../language/words';

/** A secret that was made just now and is never shown again: to copy or to keep as a file. */
@Component({
  selector: 'gh-once-shown',
  imports: [Copy, NzButtonComponent, Icon],
  template: `
    <p class="notice caution">{{ t('once.warning') }}</p>
    <div class="secret">
      <code class="mono grow">{{ secret() }}</code>
      <gh-copy [text]="secret()" />
      <button type="button" nz-button nzSize="small" (click)="keep()">
        <gh-icon name="download" />{{ t('once.download') }}
      </button>
    </div>
  `,
  styles: `
    :host {
      display: block;
      scroll-margin: 60px;
    }
    .secret {
      display: flex;
      align-items: center;
      gap: 6px;
      margin-bottom: 16px;
      padding: 8px 8px 8px 14px;
      border: 1px solid var(--line);
      border-radius: var(--radius);
    }
    code {
      font-size: 14px;
      white-space: pre-wrap;
    }
  `,
})
export class OnceShown {
  readonly secret = input.required<string>();
  /** Name of the file that the person may keep it in. */
  readonly file = input.required<string>();
  protected readonly t = injectWords();
  private readonly document = inject(DOCUMENT);

  constructor() {
    const place = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    // the button that made it can stand far below
    afterRenderEffect(() => {
      this.secret();
      place.scrollIntoView({ block: 'nearest' });
    });
  }

  protected keep(): void {
    saveFile(this.document, this.file(), `${this.secret()}\n`);
  }
}
