import { Component, type ElementRef, effect, inject, input, signal, viewChild } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import type { ConnectionTestView } from '../api/models/connection-test-view';
import { injectHostWords } from '../display/host-words';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { AssetStore } from './asset-store';

/** Tries the asset's admin account on demand, and shows step by step how far it came. */
@Component({
  selector: 'gh-connection-check',
  imports: [NzButtonComponent, Icon, StateMark],
  template: `
    <h3 class="part">{{ t('connection.heading') }}</h3>
    <p>
      <button type="button" nz-button [nzLoading]="testing()" (click)="test()">
        <gh-icon name="api" />{{ t('connection.test') }}
      </button>
    </p>
    @if (failure()) {
      <p #told class="notice bad" role="alert">{{ failure() }}</p>
    }
    @if (result(); as result) {
      <ul #told class="lines" role="status">
        @for (step of result.steps; track step.step) {
          <li>
            <gh-state [kind]="step.ok ? 'good' : 'bad'">{{ t('step.' + step.step) }}</gh-state>
            <span class="grow faint">{{ words(step) }}</span>
            <span class="faint">{{ t('step.took', { ms: step.ms }) }}</span>
          </li>
        }
      </ul>
    }
  `,
})
export class ConnectionCheck {
  private readonly store = inject(AssetStore);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly words = injectHostWords();

  readonly assetId = input.required<string>();

  protected readonly testing = signal(false);
  protected readonly result = signal<ConnectionTestView | null>(null);
  protected readonly failure = signal<string | null>(null);

  private readonly told = viewChild<ElementRef<HTMLElement>>('told');

  constructor() {
    // the button can be the last that is seen of the panel
    effect(() => this.told()?.nativeElement.scrollIntoView({ block: 'nearest' }));
  }

  protected async test(): Promise<void> {
    this.testing.set(true);
    this.failure.set(null);
    this.result.set(null);
    try {
      this.result.set(await this.store.test(this.assetId()));
    } catch (error) {
      this.failure.set(this.problems.of(error));
    } finally {
      this.testing.set(false);
    }
  }
}
