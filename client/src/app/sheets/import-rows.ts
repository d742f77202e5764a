import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { IMPORT_OUTCOMES, operationValue, type ImportOutcome, type OperationReader } from '#libs/contracts';
import type { ImportView } from '../api/models/import-view';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { preciseTime } from '../display/time-words';
import { Zone } from '../display/zone';
import { Language } from '../language/language';
import { injectKnownWords, injectWords } from '../language/words';
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
  private readonly known = injectKnownWords();
  private readonly zone = inject(Zone);
  private readonly language = inject(Language);
  private readonly reader = computed<OperationReader>(() => {
    const zone = this.zone.name();
    return { word: this.known, names: {}, moment: (iso) => preciseTime(new Date(iso), zone) };
  });
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
      language: this.language.shown(),
    }),
    loader: ({ params: { source, id, page, outcome } }) => source.rows(id, page, outcome),
  });
  protected readonly rows = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));
  protected readonly pages = computed(() =>
    Math.max(1, Math.ceil((this.loaded.hasValue() ? this.loaded.value().total : 0) / ROWS_SHOWN)),
  );

  /** A value of a field as people read it. */
  protected said(field: string, value: unknown): string {
    return operationValue(field, value, this.reader());
  }
}
