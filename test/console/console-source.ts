import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ASTWithSource,
  Interpolation,
  parseTemplate,
  TmplAstBoundText,
  TmplAstElement,
  TmplAstRecursiveVisitor,
  TmplAstTemplate,
  TmplAstText,
  tmplAstVisitAll,
  type ParseTemplateOptions,
} from '@angular/compiler';
import ts from 'typescript';

/** Folder of the console's own sources. */
export const CONSOLE_ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../client/src');

/** A template of the console with the file that it stands in. */
export interface ConsoleTemplate {
  readonly file: string;
  readonly html: string;
}

/** All files below a folder with one of the endings; what is generated is left out. */
export function consoleFiles(ending: string): string[] {
  return readdirSync(CONSOLE_ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.startsWith(join('app', 'api')))
    .map((name) => join(CONSOLE_ROOT, name))
    .toSorted();
}

/** Every string in the TypeScript files: literals, and the fixed beginning of each template literal. */
export function stringsOf(file: string): { whole: string[]; beginnings: string[] } {
  const whole: string[] = [];
  const beginnings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) whole.push(node.text);
    if (ts.isTemplateExpression(node)) beginnings.push(node.head.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return { whole, beginnings };
}

/** Templates in files of their own and those inside components. */
export function templates(): ConsoleTemplate[] {
  const own = consoleFiles('.html')
    .filter((file) => basename(file) !== 'index.html')
    .map((file) => ({ file, html: readFileSync(file, 'utf8') }));
  const inline = consoleFiles('.ts').flatMap((file) => {
    const found: ConsoleTemplate[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node) && node.name.getText() === 'template') {
        if (ts.isStringLiteralLike(node.initializer)) found.push({ file, html: node.initializer.text });
      }
      ts.forEachChild(node, visit);
    };
    visit(parse(file));
    return found;
  });
  return [...own, ...inline];
}

/** What a person would read in a template although no language file holds it. */
export function fixedTexts(template: ConsoleTemplate): string[] {
  const found: string[] = [];
  const note = (text: string): void => {
    if (/\p{L}/u.test(text)) found.push(text.trim());
  };
  class Reader extends TmplAstRecursiveVisitor {
    override visitText(text: TmplAstText): void {
      note(text.value);
    }
    override visitBoundText(text: TmplAstBoundText): void {
      const source: unknown = text.value;
      const value: unknown = source instanceof ASTWithSource ? source.ast : source;
      if (value instanceof Interpolation) value.strings.forEach(note);
    }
    override visitElement(element: TmplAstElement): void {
      for (const each of element.attributes) if (READ_ATTRIBUTES.has(each.name)) note(each.value);
      super.visitElement(element);
    }
    override visitTemplate(each: TmplAstTemplate): void {
      super.visitTemplate(each);
    }
  }
  tmplAstVisitAll(new Reader(), parsed(template));
  return found;
}

/** String literals of a template's expressions and its attributes. */
export function templateStrings(template: ConsoleTemplate): string[] {
  return [...template.html.matchAll(/'([^']*)'|\s[a-zA-Z-]+="([^"]*)"/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

const READ_ATTRIBUTES = new Set([
  'title',
  'placeholder',
  'alt',
  'aria-label',
  'nzPlaceHolder',
  'nzTooltipTitle',
]);
const OPTIONS: ParseTemplateOptions = { preserveWhitespaces: false };

function parsed({ file, html }: ConsoleTemplate): ReturnType<typeof parseTemplate>['nodes'] {
  const { nodes, errors } = parseTemplate(html, file, OPTIONS);
  if (errors?.length) throw new Error(`${file}: ${errors.map((error) => error.msg).join('; ')}`);
  return nodes;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
}
