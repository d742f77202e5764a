import { Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { FormField, form, validate } from '@angular/forms/signals';
import { Picker } from '../choice/picker';
import { injectAssetChoices, injectAssetGroupChoices, injectSystemUserChoices } from '../choice/sources';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { oneOf } from '../list/list-query';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { PUSH_MODES, PushStore } from './push-store';

const idsOf = (text: string | undefined): readonly string[] => text?.split(',').filter(Boolean) ?? [];

/** Asks for a push: of whom, to which assets, and what. The address may fill it in. */
@Component({
  selector: 'gh-push-form',
  imports: [Field, FormButtons, FormField, Picker, SidePanel],
  templateUrl: './push-form.html',
})
export class PushForm implements HoldsInput {
  private readonly store = inject(PushStore);
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly systemUserChoices = injectSystemUserChoices();
  protected readonly assetChoices = injectAssetChoices();
  protected readonly groupChoices = injectAssetGroupChoices();
  protected readonly modes = PUSH_MODES;

  /** From the address: ids, separated by commas, and the mode. */
  readonly forUsers = input<string>();
  readonly onAssets = input<string>();
  readonly as = input<string>();

  private readonly model = linkedSignal(() => ({
    systemUserIds: idsOf(this.forUsers()),
    assetIds: idsOf(this.onAssets()),
    assetGroupIds: [] as readonly string[],
    mode: oneOf(PUSH_MODES, this.as()) ?? 'key',
    pinHostKey: false,
  }));
  protected readonly form = form(this.model, (path) => {
    validate(path.systemUserIds, ({ value }) => (value().length > 0 ? null : { kind: 'no_asWhom' }));
    validate(path.assetIds, () => {
      const { assetIds, assetGroupIds } = this.model();
      return assetIds.length + assetGroupIds.length > 0 ? null : { kind: 'no_where' };
    });
  });
  protected readonly runs = computed(() => this.model().mode !== 'record-only');
  protected readonly problem = signal<string | null>(null);
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { systemUserIds } = this.model();
    const fieldOf = (name: string): string => (name === 'systemUserId' ? 'systemUserIds' : name);
    const outcome = await saveForm(this.form, this.problems, () => this.send(systemUserIds), fieldOf);
    this.problem.set(outcome.problem);
    if (outcome.result === undefined) return;
    this.saved = true;
    this.store.list.reload();
    await this.place.open(outcome.result);
  }

  /** A push for each system user; gives the id of the first. */
  private async send(systemUserIds: readonly string[]): Promise<string> {
    const { assetIds, assetGroupIds, mode, pinHostKey } = this.model();
    const ids: string[] = [];
    for (const systemUserId of systemUserIds) {
      const targets = { assetIds: [...assetIds], assetGroupIds: [...assetGroupIds] };
      const { id } = await this.store.create({ systemUserId, ...targets, mode, pinHostKey });
      ids.push(id);
    }
    return ids[0] ?? '';
  }
}
