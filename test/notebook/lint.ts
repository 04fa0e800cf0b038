import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';
import { compileCells } from './tslab';

/** The parts of a notebook file that the rules look at. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
}

/** A cell of a notebook file. */
export interface Cell {
  cell_type: string;
  source: string | string[];
  metadata: Record<string, unknown>;
}

/** Code of a cell with its place in the notebook, counted from 1 over all cells. */
interface Code {
  cell: number;
  source: string;
  tags: string[];
  file: ts.SourceFile;
}

const maxLines = 30;
const maxBytes = 800_000;
const notebookKeys = ['kernelspec', 'language_info', 'unrolled'];
const cellKeys = ['tags', 'unrolled', 'jupyter']; // jupyter.source_hidden folds what only draws
const calculations = ['byProfile', 'profile'];

/** Everything the house rules have against the notebook in `path`, one line each. */
export async function lintFile(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  const notebook = JSON.parse(text) as Notebook;
  return [...size(text), ...(await style(notebook)), ...(await types(notebook, dirname(path)))];
}

/** What can be said of a notebook without a kernel. */
export async function style(notebook: Notebook): Promise<string[]> {
  const code = codeOf(notebook);
  return [
    ...metadata(notebook),
    ...imports(code),
    ...parameters(code),
    ...length(code),
    ...shorthands(code),
    ...(await format(code)),
  ];
}

/** The cells compile, in `folder`, in tslab, which has a TypeScript and settings of its own. */
export async function types(notebook: Notebook, folder: string): Promise<string[]> {
  const code = codeOf(notebook);
  const complaints = await compileCells(
    code.map(({ source }) => source),
    folder,
  );
  return complaints.map(
    ({ cell, line, message }) => `cell ${code[cell]!.cell}, line ${line}: ${message}`,
  );
}

function codeOf({ cells }: Notebook): Code[] {
  return cells.flatMap(({ cell_type, source, metadata }, i) => {
    if (cell_type !== 'code') return [];
    const text = typeof source === 'string' ? source : source.join('');
    const file = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022, true);
    return [{ cell: i + 1, source: text, tags: (metadata['tags'] as string[]) ?? [], file }];
  });
}

/** Readers download a notebook before they read it. */
export function size(text: string): string[] {
  const bytes = Buffer.byteLength(text);
  return bytes > maxBytes ? [`the file has ${bytes} bytes, more than ${maxBytes}`] : [];
}

/** Nothing in the metadata may change from one execution to the next. */
function metadata(notebook: Notebook): string[] {
  const unknown = (where: string, found: object, known: string[]) =>
    Object.keys(found)
      .filter((key) => !known.includes(key))
      .map((key) => `${where}: metadata "${key}" does not belong in a committed notebook`);
  return [
    ...unknown('notebook', notebook.metadata, notebookKeys),
    ...notebook.cells.flatMap((cell, i) => unknown(`cell ${i + 1}`, cell.metadata, cellKeys)),
  ];
}

/** All imports are in the first code cell, and nothing else is. */
function imports(code: Code[]): string[] {
  return code.flatMap(({ cell, file }, i) => {
    const problems: string[] = [];
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement) !== (i === 0)) {
        const what =
          i === 0 ? 'the imports cell holds something else' : 'an import outside the imports cell';
        problems.push(`${place(cell, file, statement)}: ${what}`);
      }
    }
    visit(file, (node) => {
      const loads =
        ts.isCallExpression(node) &&
        (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
          (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
      if (loads)
        problems.push(`${place(cell, file, node)}: a module loaded outside the imports cell`);
    });
    return problems;
  });
}

/** One cell is tagged `parameters` and holds constants that a reader can change without reading on. */
function parameters(code: Code[]): string[] {
  const tagged = code.filter(({ tags }) => tags.includes('parameters'));
  if (tagged.length !== 1) return [`${tagged.length} cells are tagged "parameters" instead of one`];
  const { cell, file } = tagged[0]!;
  return file.statements
    .filter((statement) => !isConstant(statement))
    .map(
      (statement) => `${place(cell, file, statement)}: the parameters cell holds constants only`,
    );
}

function isCalculation(call: ts.CallExpression): boolean {
  return calculations.includes(call.expression.getText()) || fillsAnArray(call);
}

/** `Array.from(…)`, or `[3, 5].map(…)`: a row of numbers told by its rule. */
function fillsAnArray({ expression }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(expression)) return false;
  const { expression: of, name } = expression;
  if (name.text === 'from') return of.getText() === 'Array';
  return name.text === 'map' && ts.isArrayLiteralExpression(of);
}

function isConstant(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement)) return false;
  if (!(statement.declarationList.flags & ts.NodeFlags.Const)) return false;
  let constant = true;
  visit(statement, (node) => {
    if (ts.isFunctionLike(node) && !(ts.isCallExpression(node.parent) && fillsAnArray(node.parent)))
      constant = false;
    if (ts.isNewExpression(node) || ts.isAwaitExpression(node)) constant = false;
    if (ts.isCallExpression(node) && !isCalculation(node)) constant = false;
  });
  return constant;
}

/** A cell fits on a screen. */
function length(code: Code[]): string[] {
  return code.flatMap(({ cell, source }) => {
    const lines = source.split('\n').length;
    return lines > maxLines ? [`cell ${cell}: ${lines} lines, more than ${maxLines}`] : [];
  });
}

/** `{ epochs }` throws a ReferenceError in tslab when `epochs` comes from an earlier cell. */
function shorthands(code: Code[]): string[] {
  const earlier = new Set<string>();
  return code.flatMap(({ cell, source, file }) => {
    const problems: string[] = [];
    const checker = resolver(source);
    visit(checker.file, (node) => {
      if (!ts.isShorthandPropertyAssignment(node)) return;
      const name = node.name.text;
      if (earlier.has(name) && !checker.isDeclared(node)) {
        problems.push(
          `${place(cell, checker.file, node)}: { ${name} } from an earlier cell is undefined in tslab; write { ${name}: ${name} }`,
        );
      }
    });
    for (const name of declared(file)) earlier.add(name);
    return problems;
  });
}

function resolver(source: string) {
  const name = 'cell.ts';
  const file = ts.createSourceFile(name, `${source}\nexport {};`, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = {
    getSourceFile: (path) => (path === name ? file : undefined),
    fileExists: (path) => path === name,
    readFile: () => undefined,
    writeFile: () => undefined,
    getDefaultLibFileName: () => 'lib.d.ts',
    getCurrentDirectory: () => '',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  };
  const checker = ts.createProgram([name], { noLib: true, noResolve: true }, host).getTypeChecker();
  const isDeclared = (node: ts.ShorthandPropertyAssignment) =>
    Boolean(checker.getShorthandAssignmentValueSymbol(node)?.declarations?.length);
  return { file, isDeclared };
}

/** The names a cell leaves to the cells after it. */
function declared(file: ts.SourceFile): string[] {
  const names: string[] = [];
  const collect = (name: ts.BindingName) => {
    if (ts.isIdentifier(name)) names.push(name.text);
    else
      for (const element of name.elements) if (ts.isBindingElement(element)) collect(element.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) collect(name);
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) names.push(statement.name.text);
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      if (clause?.name) names.push(clause.name.text);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
      if (bindings && ts.isNamedImports(bindings))
        names.push(...bindings.elements.map(({ name }) => name.text));
    }
  }
  return names;
}

/** Code is formatted as the rest of the project is. */
async function format(code: Code[]): Promise<string[]> {
  const options = await prettier.resolveConfig(new URL('../../lib/index.ts', import.meta.url));
  const problems = await Promise.all(
    code.map(async ({ cell, source }) => {
      try {
        const pretty = await prettier.format(source, { ...options, parser: 'typescript' });
        return pretty.trimEnd() === source ? [] : [`cell ${cell}: prettier would write\n${pretty}`];
      } catch (error) {
        return [`cell ${cell}: ${(error as Error).message}`];
      }
    }),
  );
  return problems.flat();
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function place(cell: number, file: ts.SourceFile, node: ts.Node): string {
  return `cell ${cell}, line ${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
}
