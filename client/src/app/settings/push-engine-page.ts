import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { RUN_ENGINES, type RunEngine } from '#libs/contracts';
import { Api } from '../api/api';
import { getPushEngine } from '../api/fn/settings/get-push-engine';
import { setPushEngine } from '../api/fn/settings/set-push-engine';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { readProblem } from '../problem/problem';
import { injectProblemWords } from '../problem/problem-words';

/** Settings → Push engine: what carries out pushes that are asked for from now on (FEATURES P13). */
@Component({
  selector: 'gh-push-engine-page',
  imports: [NzButtonComponent],
  templateUrl: './push-engine-page.html',
  styles: `
    :host {
      display: block;
      max-width: 720px;
      padding: 16px 20px 32px;
    }
    h1 {
      margin: 0 0 12px;
      font-size: 18px;
      font-weight: 600;
    }
    fieldset {
      margin: 12px 0;
      padding: 0;
      border: 0;
    }
    label {
      display: flex;
      align-items: baseline;
      gap: 8px;
      padding: 6px 0;
      cursor: pointer;
    }
  `,
})
export class PushEnginePage implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly engines = RUN_ENGINES;

  protected readonly loaded = resource({ loader: () => this.api.invoke(getPushEngine) });
  protected readonly chosen = linkedSignal<RunEngine>(() =>
    this.loaded.hasValue() ? this.loaded.value().engine : 'agentless',
  );
  protected readonly problem = signal<string | null>(null);
  protected readonly busy = signal(false);

  hasUnsavedInput(): boolean {
    return this.loaded.hasValue() && this.chosen() !== this.loaded.value().engine;
  }

  protected choose(engine: RunEngine): void {
    this.chosen.set(engine);
    this.problem.set(null);
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.busy.set(true);
    try {
      this.loaded.set(await this.api.invoke(setPushEngine, { body: { engine: this.chosen() } }));
      this.messages.success(this.t('pushEngine.saved'));
    } catch (error) {
      const problem = readProblem(error);
      const [refused] = problem.errors;
      this.problem.set(refused ? this.problems.ofField(refused) : this.problems.ofProblem(problem));
    } finally {
      this.busy.set(false);
    }
  }
}
