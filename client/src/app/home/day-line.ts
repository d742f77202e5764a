import { Component, computed, inject, input } from '@angular/core';
import { Language } from '../language/language';
import { injectWords } from '../language/words';

/** A day and its number. */
export interface DayPoint {
  /** ISO 8601. */
  readonly day: string;
  readonly value: number;
}

const WIDTH = 600;
const HEIGHT = 120;
const TOP = 6;

/** Numbers of days as a line: hovering a day tells it, and a sentence tells the whole to whoever doesn't see it. */
@Component({
  selector: 'gh-day-line',
  template: `
    <p class="ends">
      <span>{{ most() }}</span>
    </p>
    <svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" [attr.aria-label]="told()">
      <line class="base" x1="0" x2="600" y1="119.5" y2="119.5" />
      <line class="grid" x1="0" x2="600" [attr.y1]="top" [attr.y2]="top" />
      <path class="area" [attr.d]="area()" />
      <path class="line" [attr.d]="line()" />
      @for (spot of spots(); track spot.day) {
        <rect class="spot" y="0" height="120" [attr.x]="spot.x" [attr.width]="spot.width">
          <title>{{ spot.told }}</title>
        </rect>
      }
    </svg>
    <p class="ends" aria-hidden="true">
      <span>{{ first() }}</span><span>{{ last() }}</span>
    </p>
  `,
  styles: `
    :host {
      display: block;
    }
    svg {
      display: block;
      width: 100%;
      height: 120px;
    }
    .base,
    .grid {
      stroke: var(--line-strong);
      vector-effect: non-scaling-stroke;
    }
    .grid {
      stroke: var(--line);
      stroke-dasharray: 3 3;
    }
    .line {
      fill: none;
      stroke: var(--ink-soft);
      stroke-width: 1.75;
      stroke-linejoin: round;
      vector-effect: non-scaling-stroke;
    }
    .area {
      fill: var(--accent-soft);
    }
    .spot {
      fill: transparent;
    }
    .spot:hover {
      fill: var(--accent-soft);
    }
    .ends {
      display: flex;
      justify-content: space-between;
      margin: 2px 0;
      color: var(--ink-faint);
      font-size: 11px;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class DayLine {
  private readonly language = inject(Language);
  private readonly t = injectWords();

  readonly label = input.required<string>();
  readonly points = input.required<readonly DayPoint[]>();

  protected readonly top = TOP;
  protected readonly most = computed(() => Math.max(0, ...this.points().map(({ value }) => value)));
  private readonly step = computed(() => WIDTH / Math.max(1, this.points().length - 1));
  protected readonly line = computed(() => {
    const scale = (HEIGHT - TOP - 1) / Math.max(1, this.most());
    return this.points()
      .map(({ value }, index) => {
        const x = (index * this.step()).toFixed(1);
        return `${index === 0 ? 'M' : 'L'}${x} ${(HEIGHT - 1 - value * scale).toFixed(1)}`;
      })
      .join('');
  });
  protected readonly area = computed(() =>
    this.line() ? `${this.line()}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z` : '',
  );
  protected readonly spots = computed(() =>
    this.points().map(({ day, value }, index) => ({
      day,
      x: (index - 0.5) * this.step(),
      width: this.step(),
      told: this.t('phrase.told', { what: this.date(day), told: value }),
    })),
  );
  protected readonly first = computed(() => this.date(this.points()[0]?.day));
  protected readonly last = computed(() => this.date(this.points().at(-1)?.day));
  protected readonly told = computed(() =>
    this.t('home.lineTold', {
      what: this.label(),
      total: this.points().reduce((sum, { value }) => sum + value, 0),
      most: this.most(),
      today: this.points().at(-1)?.value ?? 0,
    }),
  );

  /** The date as it stands in the answer: it belongs to the person's zone already. */
  private date(day: string | undefined): string {
    if (day === undefined) return '';
    const format = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.language.shown(), format).format(new Date(day));
  }
}
