import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, DOCUMENT, inject, input, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { SheetFormat } from '#libs/contracts';
import { Icon } from '../display/icon';
import { saveFile } from '../display/save-file';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

/** The button that saves all that a list shows as a spreadsheet. */
@Component({
  selector: 'gh-export-menu',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, NzButtonComponent],
  template: `
    <button type="button" nz-button [nzLoading]="busy()" [cdkMenuTriggerFor]="formats">
      <gh-icon name="download" />{{ t('sheets.export') }}
    </button>
    <ng-template #formats>
      <div cdkMenu class="menu">
        <button type="button" class="menu-item" cdkMenuItem (cdkMenuItemTriggered)="save('xlsx')">
          {{ t('sheets.asXlsx') }}
        </button>
        <button type="button" class="menu-item" cdkMenuItem (cdkMenuItemTriggered)="save('csv')">
          {{ t('sheets.asCsv') }}
        </button>
      </div>
    </ng-template>
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class ExportMenu {
  /** What the file is called, before the date. */
  readonly name = input.required<string>();
  readonly fetch = input.required<(format: SheetFormat) => Promise<Blob>>();

  protected readonly t = injectWords();
  protected readonly busy = signal(false);
  private readonly document = inject(DOCUMENT);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();

  protected async save(format: SheetFormat): Promise<void> {
    this.busy.set(true);
    try {
      const file = await this.fetch()(format);
      saveFile(this.document, `${this.name()}-${new Date().toISOString().slice(0, 10)}.${format}`, file);
    } catch (error) {
      this.messages.error(this.problems.of(error), { nzDuration: 8000 });
    } finally {
      this.busy.set(false);
    }
  }
}
