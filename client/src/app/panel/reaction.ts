import { inject } from '@angular/core';
import { NzMessageService } from 'ng-zorro-antd/message';
import { readProblem } from '../problem/problem';
import { injectProblemWords } from '../problem/problem-words';
import { Questions, type Question } from '../question/questions';

/** Does something at the person's word and tells them what came of it. */
export interface Reaction {
  /** Runs it; says `done` when it worked, and why when it didn't. Whether it worked. */
  run(work: () => Promise<unknown>, done: string): Promise<boolean>;
  /** The same after a question. */
  ask(question: Question, work: () => Promise<unknown>, done: string): Promise<boolean>;
}

/** Gives a {@link Reaction}; call it in an injection context. */
export function injectReaction(): Reaction {
  const messages = inject(NzMessageService);
  const questions = inject(Questions);
  const problems = injectProblemWords();
  const run: Reaction['run'] = async (work, done) => {
    try {
      await work();
      messages.success(done);
      return true;
    } catch (error) {
      const problem = readProblem(error);
      // there is no form that could show them at its fields
      const refused = problem.errors.map((field) => problems.ofField(field)).join(' ');
      messages.error(refused || problems.ofProblem(problem), { nzDuration: 8000 });
      return false;
    }
  };
  return { run, ask: async (question, work, done) => (await questions.ask(question)) && run(work, done) };
}
