import { Component, computed, inject, input } from '@angular/core';
import { Language } from '../language/language';
import { Clock } from './clock';
import { exactTime, relativeTime } from './time-words';
import { Zone } from './zone';

/** A moment: relative, with the exact time on hover. */
@Component({
  selector: 'gh-when',
  template: `@if (moment(); as at) {
    <time [dateTime]="at.toISOString()" [title]="exact()">{{ relative() }}</time>
  }`,
})
export class When {
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);
  private readonly zone = inject(Zone);

  /** ISO 8601, as the API sends it; null shows nothing. */
  readonly at = input.required<string | null | undefined>();

  protected readonly moment = computed(() => {
    const at = this.at();
    return at ? new Date(at) : null;
  });
  protected readonly relative = computed(() => {
    const at = this.moment();
    return at ? relativeTime(at, this.clock.now(), this.language.shown()) : '';
  });
  protected readonly exact = computed(() => {
    const at = this.moment();
    return at ? exactTime(at, this.language.shown(), this.zone.name()) : '';
  });
}
