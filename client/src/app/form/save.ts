import { type FieldTree, type TreeValidationResult, submit } from '@angular/forms/signals';
import { type Problem, type RefusedField, readProblem } from '../problem/problem';
import type { ProblemWords } from '../problem/problem-words';

/** What became of saving a form: saved, or the sentence that no field of the form could show. */
export interface SaveOutcome<Result> {
  readonly saved: boolean;
  readonly problem: string | null;
  /** What sending gave, when it was saved. */
  readonly result: Result | undefined;
  /** What the server said, when it refused. */
  readonly refusal: Problem | null;
}

/** How the kind of an error begins that the server told. */
const SERVER = 'server:';

/**
 * Sends a form when its own checks pass. What the server refuses is shown at the fields it names; what it names
 * and the form doesn't have comes back as a sentence. The cursor goes to the first field that has an error. Never throws.
 * @param fieldOf the form's field for a name of the server, where the two are called otherwise
 */
export async function saveForm<Model, Result>(
  form: FieldTree<Model>,
  words: ProblemWords,
  send: () => Promise<Result>,
  fieldOf: (name: string) => string = (name) => name,
): Promise<SaveOutcome<Result>> {
  // what the server said last time is no reason not to ask it again: something else may have changed meanwhile
  if (
    form()
      .errorSummary()
      .some(({ kind }) => !kind.startsWith(SERVER))
  ) {
    form().markAsTouched();
    goToFirstError(form);
    return { saved: false, problem: null, result: undefined, refusal: null };
  }
  let result: Result | undefined;
  let problem: string | null = null;
  let refusal: Problem | null = null;
  const action = async (tree: FieldTree<Model>): Promise<TreeValidationResult> => {
    try {
      result = await send();
      return undefined;
    } catch (error) {
      refusal = readProblem(error);
      const placed = refusal.errors.map((refused) => ({
        refused,
        fieldTree: findField(tree, fieldOf(refused.field)),
      }));
      const homeless = placed.filter((each) => !each.fieldTree);
      if (homeless.length > 0 || placed.length === 0) {
        problem = sentenceOf(
          refusal,
          homeless.map(({ refused }) => refused),
          words,
        );
      }
      return [
        { kind: SERVER, message: '' },
        ...placed.flatMap(({ refused, fieldTree }) =>
          fieldTree ? [{ kind: SERVER + refused.code, message: words.ofField(refused), fieldTree }] : [],
        ),
      ];
    }
  };
  const saved = await submit(form, { action, ignoreValidators: 'all' });
  if (!saved) goToFirstError(form);
  return { saved, result, problem, refusal };
}

/** A refusal that is about one thing alone is told once. */
function sentenceOf(refusal: Problem, homeless: readonly RefusedField[], words: ProblemWords): string {
  const [only] = homeless;
  if (only && refusal.errors.length === 1 && only.message === refusal.detail) return words.ofField(only);
  const each = homeless.map((refused) => words.ofNamedField(refused));
  return [words.ofProblem(refusal), ...each].join(' ');
}

/** The cursor goes to the first field with an error, which may stand where nobody sees it. */
function goToFirstError(form: FieldTree<unknown>): void {
  const [binding] = form()
    .errorSummary()
    .filter(({ fieldTree }) => fieldTree !== form)
    .flatMap(({ fieldTree }) => fieldTree().formFieldBindings());
  if (!binding) return;
  binding.focus();
  const field = binding.element.closest('gh-field') ?? binding.element;
  // when the error stands: with its label and what is wrong with it, not the control alone
  setTimeout(() => requestAnimationFrame(() => field.scrollIntoView({ block: 'nearest' })));
}

/** The field at a path such as `hostKeys.0.publicKey`, or the nearest one above it that the form has. */
function findField(root: unknown, path: string): FieldTree<unknown> | undefined {
  let found: FieldTree<unknown> | undefined;
  let here: unknown = root;
  for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
    here = typeof here === 'function' ? Reflect.get(here, step) : undefined;
    if (!isField(here)) break;
    found = here;
  }
  return found;
}

function isField(value: unknown): value is FieldTree<unknown> {
  return typeof value === 'function';
}
