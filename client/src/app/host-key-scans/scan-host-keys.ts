import { Component, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { scanManyHostKeys } from '../api/fn/host-key-scans/scan-many-host-keys';
import type { ChosenAssets } from '../api/models/chosen-assets';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';

/** A button that has the host keys of assets scanned, and leads to what they show. */
@Component({
  selector: 'gh-scan-host-keys',
  imports: [Icon, NzButtonComponent],
  template: `<button type="button" nz-button [nzLoading]="starting()" (click)="scan()">
    <gh-icon name="scan" />{{ t(label()) }}
  </button>`,
})
export class ScanHostKeys {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly react = injectReaction();
  protected readonly t = injectWords();

  /** Which assets: those named, or all that a list's filter finds. */
  readonly chosen = input.required<ChosenAssets>();
  /** Key of the button's text. */
  readonly label = input('hostKeyScans.scan');

  protected readonly starting = signal(false);

  protected async scan(): Promise<void> {
    this.starting.set(true);
    await this.react.run(async () => {
      const { id } = await this.api.invoke(scanManyHostKeys, { body: this.chosen() });
      await this.router.navigate(['/assets/host-key-scans', id]);
    }, this.t('jobs.started'));
    this.starting.set(false);
  }
}
