import { Component, computed, inject, input } from '@angular/core';
import { Clock } from './clock';
import { clockDuration } from './time-words';

/** How long something took, or takes so far while it has no end. */
@Component({ selector: 'gh-duration', template: `{{ length() }}` })
export class Duration {
  private readonly clock = inject(Clock);

  /** ISO 8601 start. */
  readonly from = input.required<string>();

  /** ISO 8601 end; null or undefined: still going on. */
  readonly to = input<string | null>();

  protected readonly length = computed(() => {
    const to = this.to();
    const end = to ? Date.parse(to) : this.clock.now();
    return clockDuration(end - Date.parse(this.from()));
  });
}
