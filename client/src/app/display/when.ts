import { Component, booleanAttribute, computed, inject, input } from '@angular/core';
import { Language } from '../language/language';
import { Clock } from './clock';
import { exactTime, preciseTime, relativeTime } from './time-words';
import { Zone } from './zone';

/** A moment: relative, with the exact time on hover; of what is looked up by its time, the other way round. */
@Component({
  selector: 'gh-when',
  template: `@if (moment(); as at) {
    <time [dateTime]="at.toISOString()" [title]="title()">{{ precise() ? shown() : relative() }}</time>
  }`,
})
export class When {
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);
  private readonly zone = inject(Zone);

  /** ISO 8601, as the API sends it; null shows nothing. */
  readonly at = input.required<string | null | undefined>();

  /** Shows date and time to the second. */
  readonly precise = input(false, { transform: booleanAttribute });

  protected readonly moment = computed(() => {
    const at = this.at();
    return at ? new Date(at) : null;
  });
  protected readonly relative = computed(() => {
    const at = this.moment();
    return at ? relativeTime(at, this.clock.now(), this.language.shown()) : '';
  });
  protected readonly shown = computed(() => {
    const at = this.moment();
    return at ? preciseTime(at, this.zone.name()) : '';
  });
  protected readonly title = computed(() =>
    this.precise() ? `${this.exact()}\n${this.relative()}` : this.exact(),
  );
  protected readonly exact = computed(() => {
    const at = this.moment();
    return at ? exactTime(at, this.language.shown(), this.zone.name()) : '';
  });
}
