import { Component, computed, input, resource, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import type { ChoiceSource } from '../choice/choice';
import { injectWords } from '../language/words';
import type { ListSource, Listed } from './list-source';

const TYPING_PAUSE_MS = 150;

/** A filter of a list whose answers are too many for a menu: they are searched for on the server. */
@Component({
  selector: 'gh-choice-filter',
  imports: [FormsModule, NzOptionComponent, NzSelectComponent],
  template: `
    <label class="for-readers" [for]="field() + '-filter'">{{ label() }}</label>
    <span class="as-wide" aria-hidden="true">{{ name() ?? label() }}</span>
    <nz-select
      nzShowSearch
      nzServerSearch
      nzAllowClear
      [nzId]="field() + '-filter'"
      [nzPlaceHolder]="label()"
      [nzDropdownMatchSelectWidth]="false"
      [nzNotFoundContent]="t('choice.none')"
      [ngModel]="chosen()"
      (ngModelChange)="choose($event)"
      (nzOnSearch)="search($event)"
      (nzOpenChange)="opened($event)"
    >
      @for (choice of shown(); track choice.id) {
        <nz-option [nzValue]="choice.id" [nzLabel]="choice.name" />
      }
    </nz-select>
  `,
  styles: `
    :host {
      position: relative;
      flex: 0 10 auto;
      display: inline-block;
      min-width: 74px;
      max-width: 190px;
      height: 28px;
    }
    nz-select {
      position: absolute;
      top: 0;
      left: 0;
      width: 100%;
    }
    /* what is typed and found can be read; over its neighbours, which stay where they are */
    nz-select.ant-select-open {
      z-index: 3;
      width: max(100%, 200px);
    }
    /* a select is as wide as its name or what is chosen, also while somebody types into it */
    .as-wide {
      display: block;
      height: 0;
      padding: 0 34px 0 12px;
      overflow: hidden;
      white-space: nowrap;
    }
  `,
})
export class ChoiceFilter<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  /** Address parameter. */
  readonly field = input.required<string>();
  readonly label = input.required<string>();
  readonly source = input.required<ChoiceSource>();

  protected readonly t = injectWords();
  private readonly wanted = signal<string | undefined>(undefined);
  private pause: ReturnType<typeof setTimeout> | undefined;

  protected readonly chosen = computed(() => this.list().query().filters[this.field()] ?? null);
  private readonly found = resource({
    params: () => {
      const q = this.wanted();
      return q === undefined ? undefined : { q, source: this.source() };
    },
    loader: ({ params }) => params.source.find(params.q),
  });
  private readonly named = resource({
    params: () => {
      const id = this.chosen();
      return id === null ? undefined : { id, source: this.source() };
    },
    loader: ({ params }) => params.source.get(params.id),
  });
  protected readonly shown = computed(() => {
    const found = this.found.hasValue() ? this.found.value() : [];
    const named = this.named.hasValue() ? this.named.value() : undefined;
    return named && !found.some((choice) => choice.id === named.id) ? [named, ...found] : found;
  });
  /** Of what is chosen, once it is known. */
  protected readonly name = computed(() => this.shown().find((choice) => choice.id === this.chosen())?.name);

  protected choose(id: string | null): void {
    this.list().filter({ [this.field()]: id });
  }

  protected search(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.wanted.set(text.trim()), TYPING_PAUSE_MS);
  }

  protected opened(open: boolean): void {
    if (open && this.wanted() === undefined) this.wanted.set('');
  }
}
