import { Component, input, output } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { injectWords } from '../language/words';

/** The foot of a form in a side panel: what couldn't be saved, cancel, save. */
@Component({
  selector: 'gh-form-buttons',
  imports: [NzButtonComponent],
  template: `
    @if (problem()) {
      <p role="alert">{{ problem() }}</p>
    }
    <span class="gap"></span>
    <button type="button" nz-button (click)="cancelled.emit()">{{ t('form.cancel') }}</button>
    <button
      type="submit"
      nz-button
      nzType="primary"
      [attr.form]="form()"
      [attr.aria-busy]="busy()"
      [nzLoading]="busy()"
    >
      {{ label() || t('form.save') }}
    </button>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 8px;
      padding: 10px 20px;
      border-top: 1px solid var(--line);
    }
    p {
      margin: 0;
      color: var(--bad);
      white-space: pre-line;
    }
    .gap {
      flex: 1;
    }
  `,
})
export class FormButtons {
  /** Id of the form element that the save button submits. */
  readonly form = input.required<string>();
  readonly label = input<string>('');
  readonly busy = input(false);
  readonly problem = input<string | null>(null);
  readonly cancelled = output();
  protected readonly t = injectWords();
}
