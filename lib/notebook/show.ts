import { toSvg, type Drawing, type Figure } from '../figures';
import { compact } from '../figures/compact';
import { asFigure } from '../figures/drawings/asFigure';
import { config, described } from '../figures/static';
import { caption } from './caption';
import { display, flush, type MimeBundle } from './kernel';

/**
 * Displays a figure, and below it a numbered caption: its title, `words`, and what lines and bands are.
 * A figure or drawing is one output with three faces, Plotly JSON for JupyterLab, a static SVG for
 * GitHub and nbconvert, and the text alternative. `await` it, so that the cell does not end before.
 * Outside a tslab kernel it prints the text alternative.
 *
 * @param alt what the picture shows, in words, for those who do not see it.
 * @param words for the caption: what the reader should look at.
 * @throws Error when `alt` is empty.
 */
export async function show(figure: Figure | Drawing, alt: string, words = ''): Promise<void> {
  if (!alt.trim()) throw new Error('A figure needs a text alternative: say what it shows.');
  const write = display();
  write(await faces(figure, alt));
  const text = caption(figure, alt, words);
  write({ 'text/markdown': `*${literal(text)}*`, 'text/plain': text });
  await flush();
}

async function faces(figure: Figure | Drawing, alt: string): Promise<MimeBundle> {
  if ('svg' in figure) {
    return {
      'application/vnd.plotly.v1+json': asFigure(figure),
      'image/svg+xml': described(figure.svg, alt),
      'text/plain': alt,
    };
  }
  const small = compact(figure);
  return {
    'application/vnd.plotly.v1+json': { ...small, config },
    'image/svg+xml': await toSvg(small, alt),
    'text/plain': alt,
  };
}

/** The text in Markdown that shows it as it is: no TeX, no emphasis, no tag. */
function literal(text: string): string {
  return text.replace(/[\\`*_$<[\]]/g, (sign) => `\\${sign}`);
}
