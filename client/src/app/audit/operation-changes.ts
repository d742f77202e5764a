import { Component, computed, inject, input } from '@angular/core';
import { operationField, operationValue, type OperationReader } from '#libs/contracts';
import { preciseTime } from '../display/time-words';
import { Zone } from '../display/zone';
import { injectKnownWords, injectWords } from '../language/words';

/** What an operation's row says that something was, or became. */
export type OperationSide = Readonly<Record<string, unknown>> | null;

/** Which fields an operation touched; opened, what they were and what they became. */
@Component({
  selector: 'gh-operation-changes',
  template: `
    @if (rows().length > 0) {
      <details>
        <summary>{{ touched() }}</summary>
        <dl>
          @for (row of rows(); track row.field) {
            <dt [title]="row.field">{{ row.label }}</dt>
            <dd>
              @if (before()) {
                <del [attr.aria-label]="t('operations.was')">{{ row.before }}</del>
              }
              @if (before() && after()) {
                <span class="faint">→</span>
              }
              @if (after()) {
                <ins [attr.aria-label]="t('operations.became')">{{ row.after }}</ins>
              }
            </dd>
          }
        </dl>
      </details>
    }
  `,
  styles: `
    summary {
      max-width: clamp(120px, 30vw - 260px, 300px);
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      cursor: pointer;
    }
    dl {
      display: grid;
      grid-template-columns: fit-content(45%) minmax(0, 1fr);
      gap: 2px 12px;
      /* as wide as the column is without it: opened, it pushes no other column out of sight */
      width: 0;
      min-width: max(100%, 200px);
      max-height: 40vh;
      overflow: auto;
      margin: 4px 0;
      white-space: pre-wrap;
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
    dd span {
      margin: 0 6px;
    }
    del {
      color: var(--ink-faint);
    }
    ins {
      text-decoration: none;
    }
  `,
})
export class OperationChanges {
  private readonly zone = inject(Zone);
  private readonly known = injectKnownWords();
  readonly before = input.required<OperationSide>();
  readonly after = input.required<OperationSide>();
  /** By id: what it is called. */
  readonly names = input<Readonly<Record<string, string>>>({});
  protected readonly t = injectWords();

  protected readonly rows = computed(() => {
    const [before, after] = [this.before() ?? {}, this.after() ?? {}];
    const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const zone = this.zone.name();
    const reader: OperationReader = {
      word: (key) => this.known(key),
      names: this.names(),
      moment: (iso) => preciseTime(new Date(iso), zone),
    };
    return fields.map((field) => ({
      field,
      label: operationField(field, reader),
      before: operationValue(field, before[field], reader),
      after: operationValue(field, after[field], reader),
    }));
  });
  protected readonly touched = computed(() =>
    this.rows()
      .map(({ label }) => label)
      .join(this.t('phrase.between')),
  );
}
