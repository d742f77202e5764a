import { Component, inject, input, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { collectFacts } from '../api/fn/facts/collect-facts';
import type { ChosenAssets } from '../api/models/chosen-assets';
import { Icon } from '../display/icon';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';

/** A button that asks assets for their facts, and shows how that goes on. */
@Component({
  selector: 'gh-collect-facts',
  imports: [Icon, NzButtonComponent],
  template: `<button type="button" nz-button [nzLoading]="starting()" (click)="collect()">
    <gh-icon name="sync" />{{ t('facts.collect') }}
  </button>`,
})
export class CollectFacts {
  private readonly api = inject(Api);
  private readonly desk = inject(JobDesk);
  private readonly react = injectReaction();
  protected readonly t = injectWords();

  /** Which assets: those named, or all that a list's filter finds. Of the latter the server asks those that can answer. */
  readonly chosen = input.required<ChosenAssets>();

  protected readonly starting = signal(false);

  protected async collect(): Promise<void> {
    this.starting.set(true);
    await this.react.run(async () => {
      const { ids, filter } = this.chosen();
      const body = filter ? { filter } : { assetIds: ids ?? [] };
      const { id } = await this.api.invoke(collectFacts, { body });
      await this.desk.open(id);
    }, this.t('jobs.started'));
    this.starting.set(false);
  }
}
