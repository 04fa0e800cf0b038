import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const script = `
  const { selectBackend } = require('unrolled');
  const tf = require('@tensorflow/tfjs');
  selectBackend().then(async ({ name, summary }) => {
    const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]));
    console.log(JSON.stringify({ name, summary, active: tf.getBackend(), product: [...(await product.data())] }));
  }).catch((error) => console.log(JSON.stringify({ error: error.message })));
`;

interface Answer {
  name?: string;
  summary?: string;
  active?: string;
  product?: number[];
  error?: string;
}

function start(backend: string): Answer {
  const env = { ...process.env, BACKEND: backend };
  const output = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  return JSON.parse(output) as Answer;
}

describe('selectBackend', () => {
  it.each(['tensorflow', 'wasm', 'cpu'])('BACKEND=%s starts that backend and computes', (name) => {
    const answer = start(name);
    expect(answer).toMatchObject({ name, active: name, product: [3, 3, 3, 3] });
    expect(answer.summary).toContain(`BACKEND=${name}`);
  });

  it('says what it picked and why when nothing is forced', () => {
    const answer = start('');
    expect(answer.active).toMatch(/^(tensorflow|webgpu|wasm|cpu)$/);
    expect(answer.summary).toMatch(/^backend: /);
  });

  it('names the value and the choices when BACKEND is no backend', () => {
    expect(start('torch').error).toBe(
      'BACKEND=torch is not a backend; the backends are cuda, tensorflow, webgpu, wasm, cpu.',
    );
  });
});
