import * as tf from '@tensorflow/tfjs';
import { createCanvas } from '@napi-rs/canvas';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { Split } from '../../lib/core/data';
import {
  blockDrawing,
  cutDrawing,
  deepeningDrawing,
  mirrorDrawing,
  pathsDrawing,
  sampleDrawing,
  sharingDrawing,
  spanDrawing,
  stageDrawing,
  survivalDrawing,
  type Drawing,
} from '../../lib/figures';
import { textBox, type Box } from '../../lib/figures/textBox';

const pen = createCanvas(1, 1).getContext('2d');
const widthOf = (text: string, font: string) => {
  pen.font = font;
  return pen.measureText(text).width;
};
const parsed = ({ svg }: Drawing) =>
  new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;
const apart = (a: Box, b: Box) =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

const shape: [number, number, number] = [2, 2, 1];
const pictures = (classes: string[]) => ({
  name: 'digits',
  classes,
  shape,
  test: new Split(
    tf.ones([2, ...shape]).mul(tf.tensor4d([[[[1]]], [[[2]]]])),
    tf.tensor1d([1, 0], 'int32'),
  ),
});
const drawings: [string, () => Drawing | Promise<Drawing>, string[]][] = [
  ['blocks', blockDrawing, ['highway', 'y = x + F(x)', '1 − T']],
  ['a stage', stageDrawing, ['a⁰', 'aᴷ', 'the end of the stage']],
  ['cuts', cutDrawing, ['lesion of block 3', 'swap of 2 and 3']],
  ['a deeper net', () => deepeningDrawing(10, 50), ['10 layers, trained', 'I', 'logits']],
  ['mirrored weights', mirrorDrawing, ['looks linear', '−O', 'x O']],
  ['paths', pathsDrawing, ['F₁', 'length', '3']],
  ['spans', spanDrawing, ['n = 3', 'W']],
  ['survival', () => survivalDrawing(54), ['block 54', 'probability pₗ']],
  ['few blocks', () => survivalDrawing(3, 0.2), ['block 3']],
  ['sharing', sharingDrawing, ['BN₁', 'naive: the norm is shared too']],
  ['samples', () => sampleDrawing(pictures(['cat', 'automobile'])), ['cat', 'automob.']],
];

describe.for(drawings)('the drawing of %s', ([, make, words]) => {
  test('has its words, none cut off, over another or under 14 px', async () => {
    const texts = [...parsed(await make()).querySelectorAll('text')];
    expect(texts.map(({ textContent }) => textContent)).toEqual(expect.arrayContaining(words));
    const boxes = texts.map((text) => textBox(text, null, widthOf));
    const { documentElement } = parsed(await make());
    const [width, height] = ['width', 'height'].map((name) =>
      Number(documentElement.getAttribute(name)),
    );
    for (const [i, box] of boxes.entries()) {
      const words = texts[i]!.textContent;
      expect(parseFloat(texts[i]!.style.fontSize), words).toBeGreaterThanOrEqual(14);
      expect(box.left, words).toBeGreaterThanOrEqual(0);
      expect(box.right, words).toBeLessThanOrEqual(width!);
      expect(box.bottom, words).toBeLessThanOrEqual(height!);
      const over = boxes.findIndex((other, j) => j < i && !apart(box, other));
      expect(over, `"${words}" lies over "${texts[over]?.textContent}"`).toBe(-1);
    }
  });

  test('is well-formed, on white paper, and needs nothing from outside', async () => {
    const drawing = await make();
    expect(parsed(drawing).documentElement.tagName).toBe('svg');
    expect(drawing.svg).toContain('fill="#FFFFFF"/>');
    expect(drawing.svg).not.toMatch(/ id="|<script|<foreignObject|url\(|NaN|Infinity/);
    for (const [, link] of drawing.svg.matchAll(/href="([^"]*)"/g)) {
      expect(link).toMatch(/^data:image\/(png|webp);base64,/);
    }
  });
});

test('the blocks that run are those of the formula (3L - 1) / 4 where the last runs half the time', () => {
  expect(survivalDrawing(54).svg).toContain('40.3 of 54 blocks run');
});

test('a class has a picture of its own, and one that is not there has none', async () => {
  const two = await sampleDrawing(pictures(['cat', 'dog', 'frog']));
  const images = [...parsed(two).querySelectorAll('image')];
  expect(images.map((image) => image.getAttribute('x'))).toEqual(['16', '91']);
});

test('drawing the samples leaves no tensor behind', async () => {
  const data = pictures(['cat', 'dog']);
  const before = tf.memory().numTensors;
  await sampleDrawing(data);
  expect(tf.memory().numTensors).toBe(before);
});
