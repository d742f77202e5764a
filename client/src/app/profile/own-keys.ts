import { Component, computed, inject, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Api } from '../api/api';
import { createMyPublicKey } from '../api/fn/me/create-my-public-key';
import { deleteMyPublicKey } from '../api/fn/me/delete-my-public-key';
import { generateMyPublicKey } from '../api/fn/me/generate-my-public-key';
import { listMyPublicKeys } from '../api/fn/me/list-my-public-keys';
import { renewMyPublicKey } from '../api/fn/me/renew-my-public-key';
import type { PublicKeyView } from '../api/models/public-key-view';
import { Field } from '../form/field';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { KeyLines } from '../users/key-lines';
import { injectKeyQuestions } from '../users/key-questions';

/** The own SSH keys: registered, made here, renewed, removed (FEATURES U7, U8). */
@Component({
  selector: 'gh-own-keys',
  imports: [Field, FormField, KeyLines, NzButtonComponent, NzInputDirective, OnceShown],
  templateUrl: './own-keys.html',
})
export class OwnKeys implements HoldsInput {
  private readonly api = inject(Api);
  private readonly ask = injectKeyQuestions();
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  private readonly loaded = resource({ loader: () => this.api.invoke(listMyPublicKeys) });
  protected readonly keys = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));
  protected readonly form = form(signal({ publicKey: '' }), (path) => required(path.publicKey));
  protected readonly pair = form(signal({ name: '', passphrase: '' }), (path) => required(path.name));
  protected readonly problem = signal<string | null>(null);
  protected readonly pairProblem = signal<string | null>(null);
  /** The private half of a pair that was made just now. */
  protected readonly made = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty() || this.pair().dirty();
  }

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    const body = { publicKey: this.form.publicKey().value().trim() };
    const outcome = await saveForm(this.form, this.problems, () =>
      this.api.invoke(createMyPublicKey, { body }),
    );
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.form().reset({ publicKey: '' });
    this.loaded.reload();
  }

  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    const { name, passphrase } = this.pair().value();
    const body = { name: name.trim(), passphrase: passphrase || null };
    const outcome = await saveForm(this.pair, this.problems, () =>
      this.api.invoke(generateMyPublicKey, { body }),
    );
    this.pairProblem.set(outcome.problem);
    if (!outcome.result) return;
    this.made.set(outcome.result.privateKey);
    this.pair().reset({ name: '', passphrase: '' });
    this.loaded.reload();
  }

  protected async renew(key: PublicKeyView): Promise<void> {
    const work = async (): Promise<void> => {
      this.made.set((await this.api.invoke(renewMyPublicKey, { id: key.id, body: {} })).privateKey);
    };
    if (await this.ask.renew(key, work)) this.loaded.reload();
  }

  protected async remove(key: PublicKeyView): Promise<void> {
    const work = () => this.api.invoke(deleteMyPublicKey, { id: key.id });
    if (await this.ask.remove(key, work)) this.loaded.reload();
  }
}
