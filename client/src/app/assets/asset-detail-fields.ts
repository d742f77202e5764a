import { Component, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { OnePicker } from '../choice/one-picker';
import { injectDataCenterChoices } from '../choice/sources';
import { Field } from '../form/field';
import { injectWords } from '../language/words';
import type { AssetModel } from './asset-model';

/** Where an asset stands and what it is made of. */
@Component({
  selector: 'gh-asset-detail-fields',
  imports: [Field, FormField, NzInputDirective, OnePicker],
  templateUrl: './asset-detail-fields.html',
  styleUrl: './asset-form.css',
})
export class AssetDetailFields {
  readonly form = input.required<FieldTree<AssetModel>>();

  protected readonly t = injectWords();
  protected readonly dataCenterChoices = injectDataCenterChoices();
  protected readonly standing = ['cabinet', 'position', 'assetNumber', 'serialNumber'] as const;
  protected readonly machine = ['brand', 'model', 'cpuModel', 'cpuCount'] as const;
  protected readonly system = ['os', 'osVersion', 'kernel', 'architecture'] as const;
}
