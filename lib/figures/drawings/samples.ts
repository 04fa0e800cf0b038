import { createCanvas } from '@napi-rs/canvas';
import type { Split } from 'unrolled-core';
import type { Drawing } from '../figure';
import { drawing, text, type Point } from './pen';

/** The part of a data set that {@link sampleDrawing} looks at. */
export interface Pictures {
  name: string;
  classes: readonly string[];
  /** [height, width, channels] of an image. */
  shape: readonly [number, number, number];
  test: Split;
}

const tile = 72;
const across = 10;
const looked = 500;

/** A strip of the data: the first test image of each class, at most ten, each stretched to its own range. */
export async function sampleDrawing({ name, classes, shape, test }: Pictures): Promise<Drawing> {
  const { inputs, labels } = test.slice(0, Math.min(looked, test.size));
  const [pixels, classOf] = await Promise.all([inputs.data(), labels.data()]);
  inputs.dispose();
  labels.dispose();
  const size = shape.reduce((product, n) => product * n);
  const shown = classes.slice(0, across);
  const parts = shown.flatMap((words, c) => {
    const at = classOf.indexOf(c);
    const corner: Point = [16 + (tile + 3) * c, 48];
    const under = text([corner[0] + tile / 2, corner[1] + tile + 18], short(words), { size: 14 });
    if (at < 0) return [under];
    return [picture(pixels.slice(at * size, (at + 1) * size), shape, corner), under];
  });
  return drawing(`${name}: a sample of each class`, 32 + (tile + 3) * across, tile + 80, parts);
}

/** An image of one or three channels as a picture of whole pixels. */
function picture(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  [x, y]: Point,
): string {
  const canvas = createCanvas(width, height);
  const pen = canvas.getContext('2d');
  const image = pen.createImageData(width, height);
  const list = Array.from(values);
  const [low, high] = [Math.min(...list), Math.max(...list)];
  const shade = (value: number) => (255 * (value - low)) / (high - low || 1);
  for (let i = 0; i < height * width; i++) {
    const colour = [0, 1, 2].map((c) => shade(list[i * channels + Math.min(c, channels - 1)]!));
    image.data.set([...colour, 255], 4 * i);
  }
  pen.putImageData(image, 0, 0);
  const data = canvas.toDataURL('image/webp', 0.9);
  return `<image x="${x}" y="${y}" width="${tile}" height="${tile}" style="image-rendering: pixelated" href="${data}"/>`;
}

/** A class's name where it has the width of a picture. */
function short(words: string): string {
  return words.length > 8 ? `${words.slice(0, 7)}.` : words;
}
