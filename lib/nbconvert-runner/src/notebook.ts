import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeWhole } from 'unrolled-machine';

/** One output of a code cell (nbformat 4). */
export interface Output {
  output_type: string;
  /** Of a stream: `stdout` or `stderr`. */
  name?: string;
  text?: string | string[];
  /** Of a display: its representations by MIME type. */
  data?: Record<string, unknown>;
  [field: string]: unknown;
}

/** One cell (nbformat 4). */
export interface Cell {
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[]; execution?: unknown; [field: string]: unknown };
  id?: string;
  outputs?: Output[];
  execution_count?: number | null;
  [field: string]: unknown;
}

/** A notebook (nbformat 4). */
export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: {
    kernelspec?: { name: string; [field: string]: unknown };
    /** The claims the notebook must make, by id. */
    unrolled?: { claims?: string[] };
    [field: string]: unknown;
  };
  cells: Cell[];
}

/**
 * Reads a notebook.
 * @throws Error when there is no such file, or it is not a notebook of format 4.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'ENOENT' ? `${path}: no such file.` : `${path}: ${error.message}`,
    );
  });
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} is not a notebook: ${(error as Error).message}`);
  }
}

/**
 * Writes a notebook as Jupyter does, indented by one space, a newline at the end; but what outputs hold
 * as JSON, such as figures, takes one line: a number a line would be a sixth of the file. It goes to another
 * name in the folder, which is then renamed: what is there stays whole until the new one is.
 *
 * @throws Error when it cannot be written.
 */
export function writeNotebook(path: string, notebook: Notebook): void {
  const flat: string[] = [];
  const mark = randomUUID();
  const inOneLine = (key: string, value: unknown) =>
    key.endsWith('+json') ? `${mark}${flat.push(JSON.stringify(value)) - 1}` : value;
  const text = JSON.stringify(notebook, inOneLine, 1);
  const places = new RegExp(`"${mark}(\\d+)"`, 'g');
  writeWhole(path, `${text.replace(places, (_, i) => flat[Number(i)]!)}\n`);
}

/** A string that nbformat may have split into lines. */
export function joined(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join('') : (text ?? '');
}

/** Consecutive writes to one stream as one output, as JupyterLab shows and saves them. */
export function coalesced(outputs: Output[]): Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const last = merged.at(-1);
    if (output.output_type !== 'stream') merged.push(output);
    else if (joined(output.text) === '') continue;
    else if (last?.output_type === 'stream' && last.name === output.name) {
      last.text = joined(last.text) + joined(output.text);
    } else merged.push({ ...output, text: joined(output.text) });
  }
  return merged;
}

/** The text in lines, each with its newline, as nbformat stores it. */
export function split(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function checked(value: unknown): Notebook {
  if (!isRecord(value)) throw new Error('it is no JSON object.');
  const { nbformat, metadata = {}, cells } = value;
  if (nbformat !== 4) {
    throw new Error(
      `its format is ${String(nbformat)}, and only format 4 is read. Open it in JupyterLab and save it, which makes it one.`,
    );
  }
  if (!Array.isArray(cells)) throw new Error('it has no list of cells.');
  cells.forEach((cell: unknown, index) => {
    const problem = misfit(cell);
    if (problem) throw new Error(`cell ${index + 1} ${problem}.`);
  });
  const problem = isRecord(metadata) ? misnamed(metadata) : 'its metadata are no JSON object';
  if (problem) throw new Error(`${problem}.`);
  const whole = (cells as Cell[]).map((cell) => ({ ...cell, metadata: cell.metadata ?? {} }));
  return { nbformat_minor: 0, ...value, metadata, cells: whole } as unknown as Notebook;
}

/** Why a value is no cell, if it is none. */
function misfit(cell: unknown): string | undefined {
  if (!isRecord(cell)) return `is ${JSON.stringify(cell)}, not a cell: delete it`;
  const { cell_type, source, metadata = {} } = cell;
  if (!['code', 'markdown', 'raw'].includes(String(cell_type))) {
    return `is of the type ${JSON.stringify(cell_type)}, not code, markdown or raw`;
  }
  if (typeof source !== 'string' && !isTexts(source)) return 'has a source that is no text';
  if (cell_type === 'code' && /\p{Surrogate}/u.test(joined(source))) {
    return 'has half a surrogate pair in its code, which no file can hold: delete that character';
  }
  if (!isRecord(metadata)) return 'has metadata that are no JSON object';
  if (metadata['tags'] !== undefined && !isTexts(metadata['tags']))
    return 'has tags that are no list';
  return undefined;
}

/** What is wrong with a notebook's own metadata, if anything. */
function misnamed({ kernelspec, unrolled }: Record<string, unknown>): string | undefined {
  if (kernelspec !== undefined && !(isRecord(kernelspec) && isName(kernelspec['name']))) {
    return 'its metadata have a kernelspec without a name: choose the kernel in JupyterLab and save, or write "name": "tslab" there';
  }
  const claims = isRecord(unrolled) ? unrolled['claims'] : [];
  if (claims !== undefined && !isTexts(claims))
    return 'its metadata.unrolled.claims are no list of names';
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const isName = (value: unknown) => typeof value === 'string' && value !== '';
