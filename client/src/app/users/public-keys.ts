import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Field } from '../form/field';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { KeyLines } from './key-lines';
import { injectKeyQuestions } from './key-questions';
import { UserStore } from './user-store';
import type { PublicKeyView } from '../api/models/public-key-view';

/** With which public keys a user logs in over SSH: shows them, adds, takes away. */
@Component({
  selector: 'gh-public-keys',
  imports: [Field, FormField, KeyLines, NzButtonComponent, NzInputDirective, OnceShown],
  templateUrl: './public-keys.html',
})
export class PublicKeys {
  private readonly store = inject(UserStore);
  private readonly ask = injectKeyQuestions();
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  readonly userId = input.required<string>();
  readonly mayWrite = input(false);
  /** A key line to start with, and why it was refused before. */
  readonly first = input('');
  readonly refusal = input<string | null>(null);

  private readonly loaded = resource({
    params: () => this.userId(),
    loader: ({ params }) => this.store.keys(params),
  });
  protected readonly keys = computed(() => (this.loaded.hasValue() ? this.loaded.value() : []));
  private readonly model = linkedSignal(() => ({ publicKey: this.first() }));
  protected readonly form = form(this.model, (path) => required(path.publicKey));
  protected readonly problem = linkedSignal<string | null>(() => this.refusal());

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const outcome = await saveForm(this.form, this.problems, () =>
      this.store.addKey(this.userId(), this.model().publicKey.trim()),
    );
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.form().reset({ publicKey: '' });
    this.refresh();
  }

  /** The private half of a key that was renewed just now. */
  protected readonly made = signal<string | null>(null);

  protected async renew(key: PublicKeyView): Promise<void> {
    const work = async (): Promise<void> => {
      this.made.set(await this.store.renewKey(this.userId(), key.id));
    };
    if (await this.ask.renew(key, work)) this.refresh();
  }

  protected async remove(key: PublicKeyView): Promise<void> {
    const work = () => this.store.removeKey(this.userId(), key.id);
    if (await this.ask.remove(key, work)) this.refresh();
  }

  private refresh(): void {
    this.loaded.reload();
    this.store.list.reload();
  }
}
