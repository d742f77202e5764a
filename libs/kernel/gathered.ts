/** Questions to one statement: few enough for its parameters, enough for any turn. */
const MOST = 500;

interface Asked<Question, Answer> {
  question: Question;
  resolve: (answer: Answer | Promise<Answer>) => void;
  reject: (error: unknown) => void;
}

/**
 * Questions that are asked in one turn of the event loop, answered together: twenty sessions that begin at once cost one
 * statement.
 */
export class Gathered<Question, Answer> {
  private asked: Asked<Question, Answer>[] = [];

  /** `answerAll` gives one answer for each question, in their order. */
  constructor(private readonly answerAll: (questions: Question[]) => Promise<readonly Answer[]>) {}

  /**
   * The answer to one. Where those asked together have none, each is asked by itself: nobody fails for another's question.
   * @throws what `answerAll` throws for this question
   */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.asked.push({ question, resolve, reject });
      if (this.asked.length === 1) setImmediate(() => this.answerAsked());
    });
  }

  private answerAsked(): void {
    const asked = this.asked;
    this.asked = [];
    for (let from = 0; from < asked.length; from += MOST) void this.answer(asked.slice(from, from + MOST));
  }

  private async answer(asked: Asked<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.answerAll(asked.map(({ question }) => question));
      if (answers.length !== asked.length) throw new Error('there are not as many answers as questions');
      for (const [index, answer] of answers.entries()) asked[index]?.resolve(answer);
    } catch (error) {
      if (asked.length === 1) asked[0]?.reject(error);
      else for (const one of asked) void this.answer([one]);
    }
  }
}
