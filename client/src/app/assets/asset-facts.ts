import { Component, computed, effect, inject, input, output } from '@angular/core';
import { Account } from '../account/account';
import type { AssetView } from '../api/models/asset-view';
import { When } from '../display/when';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { CollectFacts } from './collect-facts';
import { roundSize } from './field-texts';

/** What an asset told of itself and when, and asking it again. */
@Component({
  selector: 'gh-asset-facts',
  imports: [CollectFacts, When],
  template: `
    <h3 class="part">{{ t('facts.heading') }}</h3>
    @if (asset().factsCollectedAt === null) {
      <p class="faint">{{ t('facts.never') }}</p>
    }
    <dl class="facts">
      @for (fact of facts(); track fact.label) {
        <dt>{{ t(fact.label) }}</dt>
        <dd>{{ fact.text }}</dd>
      }
      @if (asset().factsCollectedAt; as at) {
        <dt>{{ t('facts.collectedAt') }}</dt>
        <dd><gh-when [at]="at" /></dd>
      }
    </dl>
    @if (mayCollect) {
      <p><gh-collect-facts [chosen]="chosen()" /></p>
    }
  `,
})
export class AssetFacts {
  private readonly desk = inject(JobDesk);
  protected readonly t = injectWords();
  protected readonly mayCollect = inject(Account).may('inventory.write');

  readonly asset = input.required<AssetView>();
  /** A job that was shown has ended: the asset may be different. */
  readonly changed = output();

  protected readonly chosen = computed(() => ({ ids: [this.asset().id] }));
  protected readonly facts = computed(() => {
    const it = this.asset();
    const all = [
      { label: 'facts.os', text: `${it.os} ${it.osVersion}` },
      { label: 'facts.kernel', text: it.kernel },
      { label: 'facts.architecture', text: it.architecture },
      {
        label: 'facts.cpu',
        text: [it.cpuCount, it.cpuModel].filter(Boolean).join(' × '),
      },
      { label: 'facts.memory', text: it.memoryMib === null ? '' : roundSize(it.memoryMib) },
      {
        label: 'facts.disks',
        text: it.disks.map((disk) => `${disk.name} ${roundSize(disk.sizeMib)}`).join(', '),
      },
      { label: 'facts.mac', text: it.macAddresses.join(', ') },
      { label: 'facts.hardware', text: `${it.brand} ${it.model}` },
      { label: 'facts.serial', text: it.serialNumber },
    ];
    return all.filter(({ text }) => text.trim() !== '');
  });

  constructor() {
    let first = true;
    effect(() => {
      this.desk.endings();
      if (!first) this.changed.emit();
      first = false;
    });
  }
}
