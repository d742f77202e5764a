import { Component, computed, inject, input } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { NzDatePickerComponent, NzRangePickerComponent } from 'ng-zorro-antd/date-picker';
import { Zone } from '../display/zone';
import { injectWords } from '../language/words';
import type { ListSource, Listed } from '../list/list-source';
import { type Period, daysBack, readPeriod, writePeriod } from './period';

const WEEK_DAYS = 7;

/** Which days an audit list shows, `from` and `to` in the address; the last ones with one click. */
@Component({
  selector: 'gh-period-filter',
  imports: [FormsModule, NzDatePickerComponent, NzRangePickerComponent],
  template: `<nz-range-picker
    [nzPlaceHolder]="[t('sessions.fromDay'), t('sessions.toDay')]"
    [nzRanges]="ranges()"
    [ngModel]="period()"
    (ngModelChange)="choose($event)"
  />`,
})
export class PeriodFilter<Row extends Listed> {
  private readonly zone = inject(Zone).name;
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  protected readonly period = computed(() => readPeriod(this.list().query().filters, this.zone()));
  protected readonly ranges = computed(() => ({
    [this.t('period.today')]: () => daysBack(new Date(), 0, 0, this.zone()),
    [this.t('period.yesterday')]: () => daysBack(new Date(), 1, 1, this.zone()),
    [this.t('period.week')]: () => daysBack(new Date(), WEEK_DAYS - 1, 0, this.zone()),
  }));

  protected choose(period: Period): void {
    this.list().filter(writePeriod(period, this.zone()));
  }
}
