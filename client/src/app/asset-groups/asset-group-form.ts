import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { Account } from '../account/account';
import { Picker } from '../choice/picker';
import { injectAssetChoices } from '../choice/sources';
import { changedFields } from '../form/changed-fields';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { CreateAssetGroup } from '../api/models/create-asset-group';
import type { AssetGroupView } from '../api/models/asset-group-view';
import { possibleParents } from './group-tree';
import { AssetGroupStore } from './asset-group-store';

const NEW = { name: '', comment: '', parentId: '', assetIds: [] as readonly string[] };

function draftOf({ name, comment, parentId, assetIds }: typeof NEW): Required<CreateAssetGroup> {
  return {
    name: name.trim(),
    comment: comment.trim(),
    parentId: parentId || null,
    assetIds: [...assetIds],
  };
}

/** Adds a group, shows one, changes it. */
@Component({
  selector: 'gh-asset-group-form',
  imports: [
    Field,
    FormButtons,
    FormField,
    NzButtonComponent,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    Picker,
    SidePanel,
  ],
  templateUrl: './asset-group-form.html',
})
export class AssetGroupForm implements HoldsInput {
  private readonly store = inject(AssetGroupStore);
  private readonly problems = injectProblemWords();
  private readonly react = injectReaction();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly choices = injectAssetChoices();

  /** From the address; absent: a new group. */
  readonly id = input<string>();

  protected readonly group = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });

  private readonly outline = resource({ loader: () => this.store.outline() });
  protected readonly parents = computed(() =>
    this.outline.hasValue() ? possibleParents(this.outline.value(), this.id()) : [],
  );
  private readonly known = computed(() => {
    const group = this.group.hasValue() ? this.group.value() : undefined;
    if (!group) return NEW;
    const { name, comment, assetIds } = group;
    return { name, comment, parentId: group.parentId ?? '', assetIds };
  });
  private readonly model = linkedSignal(() => this.known());
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(
    () => this.model().name || (this.id() ? '' : this.t('assetGroups.add')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const draft = draftOf(this.model());
    const id = this.id();
    const outcome = await saveForm(this.form, this.problems, () =>
      id ? this.store.update(id, changedFields(draftOf(this.known()), draft)) : this.store.create(draft),
    );
    this.problem.set(outcome.problem);
    if (outcome.saved) await this.leave();
  }

  protected async remove({ id, name }: AssetGroupView): Promise<void> {
    const { assets, assetGroups, rules, onlineSessions } = await this.store.usage(id);
    if (assetGroups.count > 0) {
      const below = { count: assetGroups.count, names: assetGroups.names.join(this.t('phrase.between')) };
      this.problem.set(this.t('assetGroups.remove.groupsBelow', below));
      return;
    }
    const lines = [
      this.t('assetGroups.remove.text', { count: assets.count }),
      ...(rules.count > 0
        ? [
            this.t('assetGroups.remove.rules', {
              count: rules.count,
              names: rules.names.join(this.t('phrase.between')),
            }),
          ]
        : []),
      ...(onlineSessions.count > 0
        ? [this.t('assetGroups.remove.sessions', { count: onlineSessions.count })]
        : []),
    ];
    const gone = await this.react.ask(
      {
        heading: this.t('assetGroups.remove.heading', { name }),
        text: lines.join('\n'),
        ...{ names: assets.names, count: assets.count },
        yes: this.t('form.delete'),
        destroys: true,
      },
      () => this.store.remove(id),
      this.t('groups.removed', { name }),
    );
    if (gone) await this.leave();
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
