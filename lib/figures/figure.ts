/**
 * A Plotly figure as plain JSON: what `Plotly.newPlot` takes, and what Jupyter displays under
 * `application/vnd.plotly.v1+json`. The builders of this room make them; anything they leave out can
 * be set afterwards, under Plotly's own names.
 */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown> & { width: number; height: number };
  /** What its marks are, in sentences for the caption: what lines are means of, what bands are. */
  note?: string;
}

/** A drawing: what is no plot. */
export interface Drawing {
  title: string;
  /** An SVG document that needs nothing from outside. */
  svg: string;
}
