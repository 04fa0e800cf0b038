import * as tf from '@tensorflow/tfjs';
import { kernels } from 'unrolled-core/internal';
import { selectBackend } from '../backends';
import { codeVersion } from './codeVersion';

/**
 * What made a run. Another maker gives the same run to within rounding, so this is no part of a run's
 * identity: it stands in the file's header, for the reader, and for who asks for an `exact` repetition.
 */
export interface Provenance {
  /** The backend that computed. */
  backend: string;
  /** Whether it had our highway ops. */
  highwayOps: boolean;
  /** How exact its products are. */
  precision: string;
  /** How many threads an op had; undefined where the backend chose. */
  threads: string | undefined;
  /** Versions of TensorFlow.js and of TensorFlow. */
  versions: { tfjs: string; tensorflow: string | undefined };
  /** SHA-256 of the code that a run goes through. */
  code: string;
}

/** What would make a run that started now. */
export async function provenance(): Promise<Provenance> {
  const { name } = await selectBackend();
  const { binding } = tf.backend() as { binding?: { TF_Version: string } };
  return {
    backend: name,
    highwayOps: kernels().highway !== undefined,
    precision: process.env['UNROLLED_PRECISION'] ?? 'float32',
    threads: process.env['TF_NUM_INTRAOP_THREADS'],
    versions: { tfjs: tf.version_core, tensorflow: binding?.TF_Version },
    code: codeVersion,
  };
}

/** What made a run, in a few words. */
export function describeMaker({ backend, versions, code }: Provenance): string {
  const { tfjs, tensorflow } = versions;
  const version = tensorflow ? `TensorFlow ${tensorflow}` : `TensorFlow.js ${tfjs}`;
  return `backend ${backend}, ${version}, code ${code.slice(0, 8)}`;
}
