import { toSvg, type Figure } from '../figures';
import { compact } from '../figures/compact';
import { display, flush } from './kernel';

/**
 * Displays a figure as one output with three faces: Plotly JSON for JupyterLab, a static SVG for
 * GitHub and nbconvert, and the text alternative. `await` it, so that the cell does not end before.
 * Outside a tslab kernel it prints the text alternative.
 *
 * @param alt what the picture shows, in words, for those who do not see it.
 * @throws Error when `alt` is empty.
 */
export async function show(figure: Figure, alt: string): Promise<void> {
  if (!alt.trim()) throw new Error('A figure needs a text alternative: say what it shows.');
  const write = display();
  const small = compact(figure);
  write({
    'application/vnd.plotly.v1+json': small,
    'image/svg+xml': await toSvg(small, alt),
    'text/plain': alt,
  });
  await flush();
}
