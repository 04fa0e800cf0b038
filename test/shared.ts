import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';

// Files share their modules, TensorFlow.js among them: the variables that one leaves behind are not to burden the next.
afterAll(() => tf.disposeVariables());
