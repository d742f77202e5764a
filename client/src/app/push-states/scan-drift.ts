import { Component, inject, input, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { scanForDrift } from '../api/fn/drift/scan-for-drift';
import type { ScanForDrift } from '../api/models/scan-for-drift';
import { Icon } from '../display/icon';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';

/** A button that has assets compared with what was pushed to them, and shows how that goes on. */
@Component({
  selector: 'gh-scan-drift',
  imports: [Icon, NzButtonComponent],
  template: `<button type="button" nz-button [nzLoading]="starting()" (click)="scan()">
    <gh-icon name="scan" />{{ t('drift.scan') }}
  </button>`,
})
export class ScanDrift {
  private readonly api = inject(Api);
  private readonly desk = inject(JobDesk);
  private readonly react = injectReaction();
  protected readonly t = injectWords();

  /** What is looked at. */
  readonly of = input.required<ScanForDrift>();

  protected readonly starting = signal(false);

  protected async scan(): Promise<void> {
    this.starting.set(true);
    await this.react.run(async () => {
      const { id } = await this.api.invoke(scanForDrift, { body: this.of() });
      await this.desk.open(id);
    }, this.t('jobs.started'));
    this.starting.set(false);
  }
}
