import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, DOCUMENT, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { ImportKind, SheetFormat } from '#libs/contracts';
import { Account } from '../account/account';
import { Icon } from '../display/icon';
import { saveFile } from '../display/save-file';
import { injectWords } from '../language/words';
import type { Listed, ListSource } from '../list/list-source';
import { injectProblemWords } from '../problem/problem-words';
import { injectExportSources } from './export-source';

/** The ways in and out of a list by spreadsheets, for those who may: import, and export of what the filters show. */
@Component({
  selector: 'gh-sheet-actions',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, NzButtonComponent, RouterLink],
  template: `
    @if (mayImport()) {
      <a nz-button routerLink="import">{{ t('sheets.import') }}</a>
    }
    @if (mayExport()) {
      <button type="button" nz-button [nzLoading]="busy()" [cdkMenuTriggerFor]="formats">
        <gh-icon name="download" />{{ t('sheets.export') }}
      </button>
      <ng-template #formats>
        <div cdkMenu class="menu">
          <button cdkMenuItem (cdkMenuItemTriggered)="save('xlsx')">{{ t('sheets.asXlsx') }}</button>
          <button cdkMenuItem (cdkMenuItemTriggered)="save('csv')">{{ t('sheets.asCsv') }}</button>
        </div>
      </ng-template>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class SheetActions<Row extends Listed> {
  readonly kind = input.required<ImportKind>();
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  protected readonly busy = signal(false);
  private readonly account = inject(Account);
  private readonly document = inject(DOCUMENT);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  private readonly sources = injectExportSources();

  protected readonly mayImport = computed(() =>
    this.account.may(this.kind() === 'assets' ? 'inventory.import' : 'users.import'),
  );
  protected readonly mayExport = computed(() =>
    this.account.may(this.kind() === 'assets' ? 'inventory.export' : 'users.export'),
  );

  protected async save(format: SheetFormat): Promise<void> {
    this.busy.set(true);
    try {
      const file = await this.sources[this.kind()](this.list().query(), format);
      saveFile(this.document, `${this.kind()}-${new Date().toISOString().slice(0, 10)}.${format}`, file);
    } catch (error) {
      this.messages.error(this.problems.of(error), { nzDuration: 8000 });
    } finally {
      this.busy.set(false);
    }
  }
}
