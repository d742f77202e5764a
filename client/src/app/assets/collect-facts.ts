import { Component, inject, input, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { collectFacts } from '../api/fn/facts/collect-facts';
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

  /** Ids of the assets. */
  readonly assetIds = input.required<readonly string[]>();

  protected readonly starting = signal(false);

  protected async collect(): Promise<void> {
    this.starting.set(true);
    await this.react.run(async () => {
      const { id } = await this.api.invoke(collectFacts, { body: { assetIds: [...this.assetIds()] } });
      await this.desk.open(id);
    }, this.t('jobs.started'));
    this.starting.set(false);
  }
}
