import { Component, computed, input, linkedSignal, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { IMPORT_OUTCOMES, type ImportOutcome } from '#libs/contracts';
import type { ImportView } from '../api/models/import-view';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';
import { ROWS_SHOWN, type ImportSource } from './import-source';

const KINDS = { added: 'good', changed: 'caution', unchanged: 'idle', refused: 'bad' } as const;

/** The rows of a checked file: what each would do or did, and at which cell it is wrong. */
@Component({
  selector: 'gh-import-rows',
  imports: [Icon, NzButtonComponent, StateMark],
  templateUrl: './import-rows.html',
  styleUrl: './import-rows.css',
})
export class ImportRows {
  readonly source = input.required<ImportSource>();
  readonly sheet = input.required<ImportView>();

  protected readonly t = injectWords();
  protected readonly kinds = KINDS;
  protected readonly outcomes = IMPORT_OUTCOMES;
  protected readonly outcome = signal<ImportOutcome | undefined>(undefined);
  protected readonly page = linkedSignal({ source: this.outcome, computation: () => 1 });
  private readonly loaded = resource({
    params: () => ({
      source: this.source(),
      id: this.sheet().id,
      state: this.sheet().state,
      page: this.page(),
      outcome: this.outcome(),
    }),
    loader: ({ params: { source, id, page, outcome } }) => source.rows(id, page, outcome),
  });
  protected readonly rows = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));
  protected readonly pages = computed(() =>
    Math.max(1, Math.ceil((this.loaded.hasValue() ? this.loaded.value().total : 0) / ROWS_SHOWN)),
  );

  /** A value of a field as people read it. */
  protected words(value: unknown): string {
    if (value === null || value === undefined || value === '') return '–';
    if (typeof value === 'boolean') return this.t(value ? 'sheets.yes' : 'sheets.no');
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    if (Array.isArray(value))
      return value.map((each: unknown) => this.words(each)).join(this.t('phrase.between')) || '–';
    return Object.entries(value)
      .map(([key, each]) => `${key}=${String(each)}`)
      .join(', ');
  }
}
