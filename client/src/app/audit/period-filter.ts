import { Component, computed, inject, input, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { NzDatePickerComponent, NzRangePickerComponent } from 'ng-zorro-antd/date-picker';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Zone } from '../display/zone';
import { readTimeOfDay } from '../form/time-of-day';
import { injectWords } from '../language/words';
import type { ListSource, Listed } from '../list/list-source';
import { type Hours, type Period, daysBack, isBackwards, readHours, readPeriod, writePeriod } from './period';

const WEEK_DAYS = 7;
type End = keyof Hours;
const ENDS = [
  { of: 'from', whole: '00:00', label: 'period.fromHour' },
  { of: 'to', whole: '24:00', label: 'period.toHour' },
] as const;

const WHOLE_DAYS: Hours = { from: '', to: '' };

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
          [attr.aria-invalid]="refused()?.end === end.of"
          [attr.aria-describedby]="refused()?.end === end.of ? 'period-problem' : null"
          [value]="refused()?.end === end.of ? refused()?.text : hours()[end.of]"
          (change)="say(end.of, box.value)"
        />
      }
      @if (refused(); as it) {
        <p id="period-problem" role="alert">{{ t(it.why) }}</p>
      }
    }
  `,
  styles: `
    :host {
      position: relative;
      display: inline-flex;
      flex: none;
      gap: 4px;
      align-items: center;
    }
    nz-range-picker {
      width: 208px;
    }
    nz-range-picker:not(:has(input:not(:placeholder-shown))) {
      width: 184px;
    }
    input {
      width: 66px;
      padding-inline: 9px;
    }
    /* over the rows, which stay where they are */
    p {
      position: absolute;
      top: calc(100% + 4px);
      left: 0;
      margin: 0;
      padding: 4px 8px;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--paper);
      white-space: nowrap;
      color: var(--bad);
      font-size: 12px;
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
  /** What was written for an hour and can't be taken, with the key of why; the list stays as it was. */
  protected readonly refused = signal<{ end: End; text: string; why: string } | null>(null);

  protected choose(period: Period): void {
    this.refused.set(null);
    const kept = writePeriod(period, this.hours(), this.zone());
    this.list().filter(isBackwards(kept) ? writePeriod(period, WHOLE_DAYS, this.zone()) : kept);
  }

  protected say(end: End, text: string): void {
    const hour = text.trim() === '' ? '' : readTimeOfDay(text, true);
    const period = hour !== null && writePeriod(this.period(), { ...this.hours(), [end]: hour }, this.zone());
    if (!period) this.refused.set({ end, text, why: 'period.noHour' });
    else if (isBackwards(period)) this.refused.set({ end, text, why: 'period.endsFirst' });
    else {
      this.refused.set(null);
      this.list().filter(period);
    }
  }
}
