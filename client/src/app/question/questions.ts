import { Service, signal } from '@angular/core';

/** A question that has to be answered before something goes on. Texts are ready to show. */
export interface Question {
  readonly heading: string;
  readonly text: string;
  /** Names of what it is about, listed. */
  readonly names?: readonly string[];
  /** How many there are in all, when `names` are only the first of them. */
  readonly count?: number;
  /** Label of the button that says yes. */
  readonly yes: string;
  /** Label of the button that says no, where no does something too. */
  readonly no?: string;
  /** Label of something that can be had besides; ticked at first. */
  readonly tick?: string;
  /** Whether yes destroys something. */
  readonly destroys?: boolean;
}

interface Asked {
  readonly question: Question;
  readonly answer: (yes: boolean) => void;
}

/** Asks the person; the dialog itself stands once in the root component. */
@Service()
export class Questions {
  private readonly asked = signal<Asked | null>(null);

  /** The question on the screen now. */
  readonly open = this.asked.asReadonly();

  /** Whether the tick of the newest question is set. */
  readonly ticked = signal(true);

  /** Resolves to whether the person said yes; closing the dialog is a no. */
  ask(question: Question): Promise<boolean> {
    this.answer(false);
    this.ticked.set(true);
    return new Promise((resolve) => this.asked.set({ question, answer: resolve }));
  }

  /** Answers the question on the screen. */
  answer(yes: boolean): void {
    const asked = this.asked();
    this.asked.set(null);
    asked?.answer(yes);
  }
}
