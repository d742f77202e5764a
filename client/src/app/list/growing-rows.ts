import { Component, computed, input, linkedSignal, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import type { ListPage } from './list-query';

/** Which part of the rows is asked for. */
export interface Part {
  readonly page: number;
  readonly pageSize: number;
}

const PART = 30;

/** Rows inside a panel, a part at a time; what is shown stays while more comes. Made by {@link injectGrowingRows}. */
export interface GrowingRows<Row> {
  readonly rows: () => readonly Row[];
  readonly total: () => number | undefined;
  readonly failure: () => unknown;
  readonly loading: () => boolean;
  more(): void;
}

/** Makes rows that begin again whenever `params` change; call it in an injection context. */
export function injectGrowingRows<Params, Row>(
  params: () => Params,
  load: (params: Params, part: Part) => Promise<ListPage<Row>>,
): GrowingRows<Row> {
  const page = linkedSignal({ source: params, computation: () => 1 });
  const kept = signal<{ of: Params; rows: readonly Row[] } | null>(null);
  const loaded = resource({
    params: () => ({ of: params(), page: page() }),
    loader: async ({ params: asked }) => {
      const part = await load(asked.of, { page: asked.page, pageSize: PART });
      const before = kept();
      const rows = asked.page > 1 && before?.of === asked.of ? [...before.rows, ...part.items] : part.items;
      kept.set({ of: asked.of, rows });
      return part.total;
    },
  });
  return {
    rows: computed(() => kept()?.rows ?? []),
    total: computed(() => (loaded.hasValue() ? loaded.value() : undefined)),
    failure: loaded.error,
    loading: computed(() => loaded.isLoading()),
    more: () => page.update((at) => at + 1),
  };
}

/** Below such rows: that there are none, why they didn't come, or the way to more. */
@Component({
  selector: 'gh-more-rows',
  imports: [NzButtonComponent],
  template: `
    @if (rows().failure(); as failure) {
      <p class="notice bad" role="alert">{{ problems.of(failure) }}</p>
    } @else if (rows().total() === 0) {
      <p class="notice">{{ none() }}</p>
    } @else if ((rows().total() ?? 0) > rows().rows().length) {
      <p>
        <button type="button" nz-button [nzLoading]="rows().loading()" (click)="rows().more()">
          {{ t('list.more', { shown: rows().rows().length, total: rows().total() ?? 0 }) }}
        </button>
      </p>
    }
  `,
})
export class MoreRows {
  readonly rows = input.required<GrowingRows<unknown>>();
  /** Said when there are none. */
  readonly none = input.required<string>();

  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
}
