import {
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  model,
  resource,
  signal,
} from '@angular/core';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { TransferDirection } from '#libs/contracts';
import type { BatchTargetView } from '../../api/models/batch-target-view';
import { injectWords } from '../../language/words';
import { injectProblemWords } from '../../problem/problem-words';
import { ManyDesk } from './many-desk';

/** After the last key, before the server is asked what the pattern takes. */
const SETTLE_MS = 300;

/** What is chosen. */
export interface ChosenTargets {
  readonly systemUserId: string;
  readonly targets: readonly BatchTargetView[];
}

/** Chooses as whom and on which of the own assets: by a pattern, less those that are ticked off. */
@Component({
  selector: 'gh-target-choice',
  imports: [NzInputDirective],
  templateUrl: './target-choice.html',
  styleUrls: ['../../choice/targets.css', './target-choice.css'],
})
export class TargetChoice {
  private readonly desk = inject(ManyDesk);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  readonly action = input.required<TransferDirection>();
  /** At most so many. */
  readonly limit = input.required<number>();
  /** undefined: nothing that could be used. */
  readonly chosen = model<ChosenTargets>();

  private readonly known = resource({
    params: () => this.action(),
    loader: ({ params }) => this.desk.accounts(params),
  });
  protected readonly accounts = computed(() => (this.known.hasValue() ? this.known.value() : undefined));
  protected readonly systemUserId = linkedSignal<string>(() => this.accounts()?.[0]?.id ?? '');
  protected readonly pattern = signal('');
  private readonly settled = signal('');

  private readonly matched = resource({
    params: () => {
      const [systemUserId, pattern] = [this.systemUserId(), this.settled()];
      return systemUserId && pattern ? { systemUserId, pattern, action: this.action() } : undefined;
    },
    loader: ({ params }) => this.desk.preview(params.action, params.systemUserId, params.pattern),
  });
  protected readonly preview = computed(() => (this.matched.hasValue() ? this.matched.value() : undefined));
  protected readonly failure = computed(() => this.matched.error() ?? this.known.error());
  protected readonly without = linkedSignal<unknown, ReadonlySet<string>>({
    source: () => this.preview(),
    computation: () => new Set(),
  });
  protected readonly left = computed(() =>
    (this.preview()?.items ?? []).filter(({ id }) => !this.without().has(id)),
  );
  protected readonly isTooMany = computed(
    () =>
      this.left().length > this.limit() || (this.preview()?.total ?? 0) > (this.preview()?.items.length ?? 0),
  );

  constructor() {
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      const text = this.pattern().trim();
      clearTimeout(timer);
      timer = setTimeout(() => this.settled.set(text), SETTLE_MS);
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(timer));
    effect(() => {
      const targets = this.left();
      const isUsable = targets.length > 0 && !this.isTooMany() && this.pattern().trim() === this.settled();
      this.chosen.set(isUsable ? { systemUserId: this.systemUserId(), targets } : undefined);
    });
  }

  protected toggle({ id }: BatchTargetView): void {
    const without = new Set(this.without());
    if (!without.delete(id)) without.add(id);
    this.without.set(without);
  }
}
