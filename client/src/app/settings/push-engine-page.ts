import { Component, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { RUN_ENGINES, type RunEngine } from '#libs/contracts';
import { Api } from '../api/api';
import { getPushEngine } from '../api/fn/settings/get-push-engine';
import { setPushEngine } from '../api/fn/settings/set-push-engine';
import type { PushEngineSetting } from '../api/models/push-engine-setting';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

interface Typed {
  engine: RunEngine;
  ansibleLimitSeconds: string;
}

/** Settings → Push engine: what carries out pushes that are asked for from now on (FEATURES P13). */
@Component({
  selector: 'gh-push-engine-page',
  imports: [Field, FormField, NzInputDirective, SettingsPage],
  templateUrl: './push-engine-page.html',
  styles: `
    label {
      display: flex;
      align-items: baseline;
      gap: 8px;
      padding: 6px 0;
      cursor: pointer;
    }
    #ansibleLimitSeconds {
      width: 110px;
    }
  `,
})
export class PushEnginePage implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly engines = RUN_ENGINES;

  protected readonly loaded = resource({ loader: () => this.api.invoke(getPushEngine) });
  private readonly stored = computed(() => (this.loaded.hasValue() ? typedOf(this.loaded.value()) : UNKNOWN));
  private readonly model = linkedSignal(() => ({ ...this.stored() }));
  protected readonly form = form(this.model);
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    const [now, before] = [this.model(), this.stored()];
    return now.engine !== before.engine || now.ansibleLimitSeconds !== before.ansibleLimitSeconds;
  }

  protected choose(engine: RunEngine): void {
    this.form.engine().value.set(engine);
    this.problem.set(null);
  }

  protected async save(): Promise<void> {
    const { engine, ansibleLimitSeconds: typed } = this.model();
    const body = { engine, ...(engine === 'ansible' && { ansibleLimitSeconds: Number(typed) }) };
    const outcome = await saveForm(this.form, this.problems, () => this.api.invoke(setPushEngine, { body }));
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.loaded.set(outcome.result);
    this.messages.success(this.t('pushEngine.saved'));
  }
}

/** Before the settings are there. */
const UNKNOWN: Typed = { engine: 'agentless', ansibleLimitSeconds: '' };

function typedOf({ engine, ansibleLimitSeconds }: PushEngineSetting): Typed {
  return { engine, ansibleLimitSeconds: String(ansibleLimitSeconds) };
}
