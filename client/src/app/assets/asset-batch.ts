import { Component, computed, inject, signal } from '@angular/core';
import { FormField, disabled, form } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import { OnePicker } from '../choice/one-picker';
import { Picker } from '../choice/picker';
import {
  injectAdminAccountChoices,
  injectAssetGroupChoices,
  injectDataCenterChoices,
} from '../choice/sources';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { wholeNumber } from '../form/whole-number';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import {
  EMPTY,
  type Emptiable,
  EMPTIABLE,
  GROUP_EDITS,
  NOTHING_CHOSEN,
  TEXTS,
  editOf,
  fieldOfBatch,
  filledFields,
} from './batch-model';
import { AssetStore } from './asset-store';

/** Changes many assets at once: only what is filled in, after saying what and how many. */
@Component({
  selector: 'gh-asset-batch',
  imports: [
    Field,
    FormButtons,
    FormField,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    OnePicker,
    Picker,
    SidePanel,
  ],
  templateUrl: './asset-batch.html',
  styleUrl: './asset-form.css',
})
export class AssetBatch implements HoldsInput {
  private readonly store = inject(AssetStore);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly groupChoices = injectAssetGroupChoices();
  protected readonly accountChoices = injectAdminAccountChoices();
  protected readonly dataCenterChoices = injectDataCenterChoices();

  protected readonly empty = EMPTY;
  protected readonly texts = TEXTS;
  protected readonly groupEdits = GROUP_EDITS;
  protected readonly selects = [
    { field: 'type', label: 'assetType', values: ASSET_TYPES, mayBeEmpty: true },
    { field: 'environment', label: 'assetEnvironment', values: ASSET_ENVIRONMENTS, mayBeEmpty: true },
    { field: 'status', label: 'assetStatus', values: ASSET_STATUSES, mayBeEmpty: false },
  ] as const;

  protected readonly noDataCenter = computed(() => [{ id: EMPTY, name: this.t('form.none') }]);
  protected readonly noAccount = computed(() => [{ id: EMPTY, name: this.t('assets.defaultAccount') }]);

  private readonly model = signal(NOTHING_CHOSEN);
  protected readonly form = form(this.model, (path) => {
    wholeNumber(path.port);
    for (const field of EMPTIABLE) disabled(path[field], { when: () => this.isEmptied(field) });
    disabled(path.groupIds, { when: () => this.leavesAllGroups() });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly count = this.store.list.selectedCount;
  /** What will change, by the names of the fields. */
  protected readonly changing = computed(() =>
    filledFields(this.model())
      .map((field) => {
        const name = this.t(`assetField.${field}`);
        const emptied =
          TEXTS.some((text) => text === field && this.isEmptied(text)) ||
          (field === 'groups' && this.leavesAllGroups());
        return emptied ? this.t('assets.batch.emptied', { name }) : name;
      })
      .join(this.t('assets.batch.and')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected isEmptied(field: Emptiable): boolean {
    return this.model().emptied.includes(field);
  }

  private leavesAllGroups(): boolean {
    return this.model().groupEdit === 'none';
  }

  protected toggleEmptied(field: Emptiable): void {
    const { emptied } = this.form;
    const others = this.model().emptied.filter((each) => each !== field);
    emptied().value.set(this.isEmptied(field) ? others : [...others, field]);
    emptied().markAsDirty();
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const edit = { ...this.store.chosen(), ...editOf(this.model()) };
    const outcome = await saveForm(this.form, this.problems, () => this.store.edit(edit), fieldOfBatch);
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.saved = true;
    const { matched, changed } = outcome.result;
    this.messages.success(this.t('assets.batch.done', { matched, changed }));
    this.store.list.clearSelection();
    this.store.list.reload();
    await this.place.close();
  }
}
