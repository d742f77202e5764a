import {
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { BATCH_LIMITS } from '#libs/contracts';
import type { BatchTargetView } from '../api/models/batch-target-view';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { wholeNumber } from '../form/whole-number';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { BatchStore } from './batch-store';

/** After the last key, before the server is asked what the pattern takes. */
const SETTLE_MS = 300;

/** Asks for a command: as whom, on which of one's own assets, and what. */
@Component({
  selector: 'gh-batch-form',
  imports: [Field, FormButtons, FormField, NzInputDirective, SidePanel],
  templateUrl: './batch-form.html',
  styleUrls: ['../choice/targets.css', './batch-form.css'],
})
export class BatchForm implements HoldsInput {
  private readonly store = inject(BatchStore);
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();

  private readonly known = resource({ loader: () => this.store.accounts() });
  protected readonly accounts = computed(() => (this.known.hasValue() ? this.known.value() : undefined));

  private readonly model = signal({
    systemUserId: '',
    pattern: '',
    command: '',
    parallel: String(BATCH_LIMITS.parallel.normal),
    timeLimitSeconds: String(BATCH_LIMITS.timeLimitSeconds.normal),
  });
  protected readonly form = form(this.model, (path) => {
    required(path.pattern);
    required(path.command);
    wholeNumber(path.parallel);
    wholeNumber(path.timeLimitSeconds);
  });
  protected readonly problem = signal<string | null>(null);
  private saved = false;

  /** What is asked for once typing has settled. */
  private readonly asked = signal<{ systemUserId: string; pattern: string } | undefined>(undefined);
  private readonly matched = resource({
    params: () => this.asked(),
    loader: ({ params }) => this.store.preview(params),
  });
  protected readonly preview = computed(() => (this.matched.hasValue() ? this.matched.value() : undefined));
  /** Unless the field itself says what is wrong with it. */
  protected readonly previewProblem = computed(() =>
    this.form.pattern().errors().length > 0 ? undefined : this.matched.error(),
  );
  /** Rows that the person took out. */
  protected readonly without = linkedSignal<unknown, ReadonlySet<string>>({
    source: () => this.preview(),
    computation: () => new Set(),
  });
  protected readonly chosenCount = computed(() => (this.preview()?.total ?? 0) - this.without().size);

  constructor() {
    effect(() => {
      const [first] = this.accounts() ?? [];
      if (first && this.model().systemUserId === '')
        this.model.update((model) => ({ ...model, systemUserId: first.id }));
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      const { systemUserId, pattern: text } = this.model();
      clearTimeout(timer);
      const next = systemUserId && text.trim() ? { systemUserId, pattern: text.trim() } : undefined;
      timer = setTimeout(() => {
        const now = this.asked();
        if (now?.pattern !== next?.pattern || now?.systemUserId !== next?.systemUserId) this.asked.set(next);
      }, SETTLE_MS);
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(timer));
  }

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected toggle({ id }: BatchTargetView): void {
    const without = new Set(this.without());
    if (!without.delete(id)) without.add(id);
    this.without.set(without);
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const fieldOf = (name: string): string => (name === 'assetIds' ? 'pattern' : name);
    const outcome = await saveForm(this.form, this.problems, () => this.send(), fieldOf);
    this.problem.set(outcome.problem);
    if (outcome.result === undefined) return;
    this.saved = true;
    this.store.list.reload();
    await this.place.open(outcome.result);
  }

  /** With rows taken out, exactly those that are left are named. */
  private send(): Promise<string> {
    const { systemUserId, pattern: text, command, parallel, timeLimitSeconds } = this.model();
    const rows = this.preview()?.items ?? [];
    const picked = rows.filter(({ id }) => !this.without().has(id)).map(({ id }) => id);
    const targets = this.without().size > 0 ? { assetIds: picked } : { pattern: text.trim() };
    const limits = { parallel: Number(parallel), timeLimitSeconds: Number(timeLimitSeconds) };
    return this.store.begin({ systemUserId, ...targets, command: command.trim(), ...limits });
  }
}
