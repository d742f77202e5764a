import type { PublicKeyView } from '../api/models/public-key-view';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';

/** What is asked before one of somebody's SSH keys is renewed or removed. */
export interface KeyQuestions {
  /** Asks, does it and says so; false: it was not done. */
  renew(key: PublicKeyView, work: () => Promise<unknown>): Promise<boolean>;
  remove(key: PublicKeyView, work: () => Promise<unknown>): Promise<boolean>;
}

/** {@link KeyQuestions} of the language shown. */
export function injectKeyQuestions(): KeyQuestions {
  const react = injectReaction();
  const t = injectWords();
  return {
    renew: (key, work) => {
      const question = {
        heading: t('ownKeys.askRenew', { name: key.name }),
        text: t('ownKeys.askRenewText'),
        names: [key.fingerprint],
        yes: t('ownKeys.renew'),
      };
      return react.ask(question, work, t('ownKeys.renewed'));
    },
    remove: (key, work) => {
      const question = {
        heading: t('publicKeys.remove.heading', { name: key.name }),
        text: t('publicKeys.remove.text'),
        names: [key.fingerprint],
        yes: t('form.remove'),
        destroys: true,
      };
      return react.ask(question, work, t('publicKeys.removed', { name: key.name }));
    },
  };
}
