import { Component, computed, input } from '@angular/core';
import { injectWords } from '../language/words';

/** What an operation's row says that something was, or became. */
export type OperationSide = Readonly<Record<string, unknown>> | null;

/** Which fields an operation touched; opened, what they were and what they became. */
@Component({
  selector: 'gh-operation-changes',
  template: `
    @if (rows().length > 0) {
      <details>
        <summary class="mono">{{ names() }}</summary>
        <dl>
          @for (row of rows(); track row.field) {
            <dt class="mono">{{ row.field }}</dt>
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
      max-width: 420px;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      cursor: pointer;
    }
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 2px 12px;
      max-width: 560px;
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
  readonly before = input.required<OperationSide>();
  readonly after = input.required<OperationSide>();
  protected readonly t = injectWords();

  protected readonly rows = computed(() => {
    const [before, after] = [this.before() ?? {}, this.after() ?? {}];
    const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return fields.map((field) => ({ field, before: textOf(before[field]), after: textOf(after[field]) }));
  });
  protected readonly names = computed(() =>
    this.rows()
      .map(({ field }) => field)
      .join(', '),
  );
}

/** A value as the record holds it; nothing is a dash. */
function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
