import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { ImportKind, SheetFormat } from '#libs/contracts';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import type { Listed, ListSource } from '../list/list-source';
import { ExportMenu } from './export-menu';
import { injectExportSources } from './export-source';

/** The ways in and out of a list by spreadsheets, for those who may: import, and export of what the filters show. */
@Component({
  selector: 'gh-sheet-actions',
  imports: [ExportMenu, NzButtonComponent, RouterLink],
  template: `
    @if (mayImport()) {
      <a nz-button routerLink="import">{{ t('sheets.import') }}</a>
    }
    @if (mayExport()) {
      <gh-export-menu [name]="kind()" [fetch]="fetch" />
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
  private readonly account = inject(Account);
  private readonly sources = injectExportSources();

  protected readonly mayImport = computed(() =>
    this.account.may(this.kind() === 'assets' ? 'inventory.import' : 'users.import'),
  );
  protected readonly mayExport = computed(() =>
    this.account.may(this.kind() === 'assets' ? 'inventory.export' : 'users.export'),
  );

  protected readonly fetch = (format: SheetFormat): Promise<Blob> =>
    this.sources[this.kind()](this.list().query(), format);
}
