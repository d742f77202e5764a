import { Component, computed, input, model, output, viewChildren } from '@angular/core';
import { FormsModule } from '@angular/forms';
import type { FormValueControl } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import type { HourWindowBody } from '../api/models/hour-window-body';
import type { WeekHoursBody } from '../api/models/week-hours-body';
import { injectSteady } from '../form/press';
import { TimeField } from '../form/time-field';
import { readTimeOfDay } from '../form/time-of-day';
import { injectWords } from '../language/words';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const OFFICE: HourWindowBody = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', until: '18:00' };

/** What of a window is no time. */
const faultsOf = ({ from, until }: HourWindowBody): { from: boolean; until: boolean } => ({
  from: readTimeOfDay(from) === null,
  until: readTimeOfDay(until, true) === null,
});

/** Whether the form can be sent: all that should be times are. */
export function haveOnlyTimes(hours: WeekHoursBody | null): boolean {
  return (hours?.windows ?? []).map(faultsOf).every(({ from, until }) => !from && !until);
}

/** Hours of the week on the clocks of a time zone; null: always. Says itself which of the times are none. */
@Component({
  selector: 'gh-week-hours-field',
  imports: [
    FormsModule,
    NzButtonComponent,
    NzOptionComponent,
    NzSelectComponent,
    NzSwitchComponent,
    TimeField,
  ],
  templateUrl: './week-hours-field.html',
  styleUrl: './week-hours-field.css',
})
export class WeekHoursField implements FormValueControl<WeekHoursBody | null> {
  readonly value = model<WeekHoursBody | null>(null);
  readonly inputId = input.required<string>();
  readonly disabled = input(false);
  readonly touch = output();

  protected readonly t = injectWords();
  protected readonly days = DAYS;
  protected readonly zones: readonly string[] = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
  protected readonly windows = computed(() => this.value()?.windows ?? []);
  protected readonly faults = injectSteady(() => this.windows().map(faultsOf));
  private readonly times = viewChildren(TimeField);

  /** To the first time that is none. */
  focus(): void {
    (this.times().find((time) => time.faultId() !== null) ?? this.times()[0])?.focus();
  }

  protected limit(isLimited: boolean): void {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    this.value.set(isLimited ? { timeZone, windows: [OFFICE] } : null);
    this.touch.emit();
  }

  protected inZone(timeZone: string): void {
    this.value.update((hours) => hours && { ...hours, timeZone });
  }

  protected add(): void {
    this.set([...this.windows(), OFFICE]);
  }

  protected drop(at: number): void {
    this.set(this.windows().filter((_, index) => index !== at));
  }

  protected change(at: number, change: Partial<HourWindowBody>): void {
    this.set(this.windows().map((window, index) => (index === at ? { ...window, ...change } : window)));
  }

  protected toggle(at: number, day: HourWindowBody['days'][number]): void {
    const chosen = this.windows()[at]?.days ?? [];
    const days = DAYS.filter((each) => (each === day ? !chosen.includes(day) : chosen.includes(each)));
    this.change(at, { days });
  }

  private set(windows: HourWindowBody[]): void {
    this.value.update((hours) => hours && { ...hours, windows });
    this.touch.emit();
  }
}
