import type { Drawing, Figure } from '../figure';

/**
 * The drawing as a picture on an empty plot. JupyterLab shows no SVG of a notebook that it does not
 * trust, which is every one that was downloaded, but it shows plots.
 */
export function asFigure({ svg }: Drawing): Figure {
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`^<svg [^>]*? ${name}="(\\d+)"`).exec(svg)![1]),
  );
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  const whole = { xref: 'paper', yref: 'paper', x: 0, y: 1, sizex: 1, sizey: 1 };
  return {
    data: [],
    layout: {
      width: width!,
      height: height!,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      images: [{ source, ...whole }],
      xaxis: { visible: false, fixedrange: true },
      yaxis: { visible: false, fixedrange: true },
    },
  };
}
