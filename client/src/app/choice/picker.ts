import {
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  model,
  output,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import type { FormValueControl } from '@angular/forms/signals';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { Press } from '../form/press';
import { injectWords } from '../language/words';
import type { Choice, ChoiceSource } from './choice';

const TYPING_PAUSE_MS = 150;
/** Of many picked ones only the first are asked for by name: a group may hold thousands. */
const NAMED = 30;

/** Picks any number of things or one, searched for on the server. Its value is their ids. */
@Component({
  selector: 'gh-picker',
  imports: [FormsModule, NzOptionComponent, NzSelectComponent],
  template: `
    <nz-select
      [nzMode]="single() ? 'default' : 'multiple'"
      nzShowSearch
      nzServerSearch
      nzAllowClear
      [nzDisabled]="disabled()"
      [nzId]="inputId()"
      [nzPlaceHolder]="hint()"
      [nzLoading]="found.isLoading()"
      [nzNotFoundContent]="t('choice.none')"
      [nzStatus]="touched() && invalid() ? 'error' : ''"
      [ngModel]="picked()"
      (ngModelChange)="pick($event)"
      (nzOnSearch)="search($event)"
      (nzOpenChange)="opened($event)"
    >
      @for (choice of shown(); track choice.id) {
        <nz-option nzCustomContent [nzValue]="choice.id" [nzLabel]="choice.name">
          <span class="choice"
            >{{ choice.name }}
            @if (choice.note) {
              <span class="mono faint">{{ choice.note }}</span>
            }
          </span>
        </nz-option>
      }
      @for (choice of pickedOnly(); track choice.id) {
        <nz-option nzHide [nzValue]="choice.id" [nzLabel]="choice.name" />
      }
    </nz-select>
    @if (unnamed(); as count) {
      <span class="faint">{{ t('choice.more', { count }) }}</span>
    }
  `,
  styles: `
    nz-select {
      width: 100%;
    }
    .choice {
      display: flex;
      justify-content: space-between;
      gap: 12px;
    }
  `,
})
export class Picker implements FormValueControl<readonly string[]> {
  readonly value = model<readonly string[]>([]);
  readonly source = input.required<ChoiceSource>();
  readonly inputId = input.required<string>();
  /** At most one: its value is a list all the same. */
  readonly single = input(false);
  readonly hint = input('');
  /** Choices that the server doesn't know, such as "none"; they stand first. */
  readonly leading = input<readonly Choice[]>([]);
  /** Names that the page knows already: these are not asked for. */
  readonly known = input<readonly Choice[]>([]);
  readonly disabled = input(false);
  readonly touched = input(false);
  readonly invalid = input(false);
  readonly touch = output();

  protected readonly t = injectWords();
  private readonly select = viewChild.required(NzSelectComponent);
  private readonly wanted = signal<string | undefined>(undefined);
  private pause: ReturnType<typeof setTimeout> | undefined;

  protected readonly found = resource({
    params: () => {
      const q = this.wanted();
      return q === undefined ? undefined : { q, source: this.source() };
    },
    loader: ({ params }) => params.source.find(params.q),
  });
  private readonly press = inject(Press);
  /**
   * What was found last stays while the next search runs, and while a button of the mouse is held: no choice goes away
   * or moves under a pointer that takes it.
   */
  private readonly offered = linkedSignal<readonly Choice[] | undefined, readonly Choice[]>({
    source: () =>
      this.found.isLoading() || this.press.held()
        ? undefined
        : this.found.hasValue()
          ? this.found.value()
          : [],
    computation: (found, before) => found ?? before?.value ?? [],
  });
  private readonly seen = new Map<string, Choice>();
  private readonly named = resource({
    params: () => {
      const known = [...this.leading(), ...this.known()];
      return { ids: this.value(), source: this.source(), known };
    },
    loader: async ({ params }) => {
      for (const choice of params.known) this.seen.set(choice.id, choice);
      const unknown = params.ids.slice(0, NAMED).filter((id) => !this.seen.has(id));
      for (const choice of await Promise.all(unknown.map((id) => params.source.get(id)))) {
        this.seen.set(choice.id, choice);
      }
      return params.ids.flatMap((id) => this.seen.get(id) ?? []);
    },
  });

  protected readonly picked = computed(() => (this.single() ? (this.value()[0] ?? null) : [...this.value()]));
  protected readonly shown = computed<readonly Choice[]>(() => {
    const found = this.offered();
    for (const choice of found) this.seen.set(choice.id, choice);
    const typed = (this.wanted() ?? '').toLowerCase();
    return [...this.leading().filter(({ name }) => name.toLowerCase().includes(typed)), ...found];
  });
  protected readonly pickedOnly = computed(() => {
    const shown = new Set(this.shown().map((choice) => choice.id));
    const named = this.named.hasValue() ? this.named.value() : [];
    return named.filter((choice) => !shown.has(choice.id));
  });

  /** How many more are picked than are shown by name. */
  protected readonly unnamed = computed(() =>
    this.named.hasValue() ? Math.max(0, this.value().length - this.named.value().length) : 0,
  );

  focus(): void {
    this.select().focus();
  }

  protected pick(ids: string | string[] | null): void {
    this.value.set(typeof ids === 'string' ? [ids] : (ids ?? []));
  }

  protected search(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.wanted.set(text.trim()), TYPING_PAUSE_MS);
  }

  protected opened(open: boolean): void {
    if (open && this.wanted() === undefined) this.wanted.set('');
    if (!open) this.touch.emit();
  }
}
