import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api } from '../api/api';
import { getMonitor } from '../api/fn/settings/get-monitor';
import { setMonitor } from '../api/fn/settings/set-monitor';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

/** Settings → Live monitor: whether who is watched is told. */
@Component({
  selector: 'gh-monitor-settings',
  imports: [SettingsPage],
  templateUrl: './monitor-settings.html',
  styles: `
    label {
      display: flex;
      align-items: center;
      gap: 8px;
      cursor: pointer;
    }
    .faint {
      margin: 4px 0 16px 22px;
    }
  `,
})
export class MonitorSettings implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  protected readonly loaded = resource({ loader: () => this.api.invoke(getMonitor) });
  protected readonly tellsWatched = linkedSignal(() => this.stored());
  protected readonly problem = signal<string | null>(null);
  protected readonly busy = signal(false);

  hasUnsavedInput(): boolean {
    return this.tellsWatched() !== this.stored();
  }

  protected async save(): Promise<void> {
    this.problem.set(null);
    this.busy.set(true);
    try {
      const body = { tellsWatched: this.tellsWatched() };
      this.loaded.set(await this.api.invoke(setMonitor, { body }));
      this.messages.success(this.t('monitorSettings.saved'));
    } catch (error) {
      this.problem.set(this.problems.of(error));
    } finally {
      this.busy.set(false);
    }
  }

  private stored(): boolean {
    return this.loaded.hasValue() && this.loaded.value().tellsWatched;
  }
}
