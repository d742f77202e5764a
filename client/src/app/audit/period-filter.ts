import { Component, computed, inject, input, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { NzDatePickerComponent, NzRangePickerComponent } from 'ng-zorro-antd/date-picker';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Zone } from '../display/zone';
import { injectWords } from '../language/words';
import type { ListSource, Listed } from '../list/list-source';
import { type Period, daysBack, readHours, readPeriod, writePeriod } from './period';

const WEEK_DAYS = 7;
const HOUR = /^(([01]?\d|2[0-3]):[0-5]\d|24:00)$/;
const ENDS = [
  { of: 'from', whole: '00:00', label: 'period.fromHour' },
  { of: 'to', whole: '24:00', label: 'period.toHour' },
] as const;

/**
 * Which days an audit list shows, `from` and `to` in the address; the last ones with one click. Of the first and the
 * last day an hour can be said, too.
 */
@Component({
  selector: 'gh-period-filter',
  imports: [FormsModule, NzDatePickerComponent, NzInputDirective, NzRangePickerComponent],
  template: `
    <nz-range-picker
      [nzPlaceHolder]="[t('sessions.fromDay'), t('sessions.toDay')]"
      [nzRanges]="ranges()"
      [ngModel]="period()"
      (ngModelChange)="choose($event)"
    />
    @if (period().length) {
      @for (end of ends; track end.of) {
        <input
          #box
          nz-input
          class="mono"
          maxlength="5"
          autocomplete="off"
          [placeholder]="end.whole"
          [attr.aria-label]="t(end.label)"
          [title]="t(end.label)"
          [attr.aria-invalid]="wrong() === end.of"
          [value]="hours()[end.of]"
          (change)="say(end.of, box.value)"
        />
      }
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      gap: 4px;
      align-items: center;
    }
    nz-range-picker {
      width: 230px;
    }
    input {
      width: 56px;
    }
  `,
})
export class PeriodFilter<Row extends Listed> {
  private readonly zone = inject(Zone).name;
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  protected readonly period = computed(() => readPeriod(this.list().query().filters, this.zone()));
  protected readonly hours = computed(() => readHours(this.list().query().filters, this.zone()));
  protected readonly ranges = computed(() => ({
    [this.t('period.today')]: () => daysBack(new Date(), 0, 0, this.zone()),
    [this.t('period.yesterday')]: () => daysBack(new Date(), 1, 1, this.zone()),
    [this.t('period.week')]: () => daysBack(new Date(), WEEK_DAYS - 1, 0, this.zone()),
  }));
  protected readonly ends = ENDS;
  /** Which of the hours was written as none. */
  protected readonly wrong = signal<'from' | 'to' | null>(null);

  protected choose(period: Period): void {
    this.list().filter(writePeriod(period, this.hours(), this.zone()));
  }

  protected say(end: 'from' | 'to', text: string): void {
    const hour = text.trim();
    this.wrong.set(hour === '' || HOUR.test(hour) ? null : end);
    if (this.wrong()) return;
    this.list().filter(writePeriod(this.period(), { ...this.hours(), [end]: hour }, this.zone()));
  }
}
