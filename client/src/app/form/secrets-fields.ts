import { Component, computed, input } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { injectWords } from '../language/words';
import type { SecretsModel } from './account-secrets';
import { Field } from './field';

/** Key and password of an account, write-only: keep, generate, paste, take away. */
@Component({
  selector: 'gh-secrets-fields',
  imports: [Field, FormField, NzInputDirective],
  templateUrl: './secrets-fields.html',
  styleUrl: './secrets-fields.css',
})
export class SecretsFields {
  readonly fields = input.required<FieldTree<SecretsModel>>();
  /** Whether the account exists already, and so may keep what it has. */
  readonly existing = input(false);
  readonly hasKey = input(false);
  readonly hasPassword = input(false);
  /** Whether a key pair can be made for it. */
  readonly mayGenerate = input(false);

  protected readonly t = injectWords();
  protected readonly keyChoices = computed(() => [
    ...(this.existing() && this.hasKey() ? (['keep'] as const) : []),
    ...(this.mayGenerate() ? (['generate'] as const) : []),
    'paste' as const,
    this.existing() && !this.hasKey() ? ('keep' as const) : ('none' as const),
  ]);
  protected readonly passwordChoices = computed(() => [
    ...(this.existing() && this.hasPassword() ? (['keep'] as const) : []),
    ...(this.mayGenerate() ? (['generate'] as const) : []),
    'set' as const,
    this.existing() && !this.hasPassword() ? ('keep' as const) : ('none' as const),
  ]);

  /** Keeping nothing is having nothing: the same choice by its plain name. */
  protected keyLabel(choice: SecretsModel['keyChoice']): string {
    return this.t(choice === 'keep' && !this.hasKey() ? 'secrets.key.none' : `secrets.key.${choice}`);
  }

  protected passwordLabel(choice: SecretsModel['passwordChoice']): string {
    return this.t(
      choice === 'keep' && !this.hasPassword() ? 'secrets.password.none' : `secrets.password.${choice}`,
    );
  }
}
