import { createRequire } from 'node:module';
import { profile } from '../training';

/** What a notebook's numbers depend on, apart from its code. */
export interface Setup {
  backend: { summary: string };
  dataset: {
    name: string;
    source: string;
    checksum: string;
    verified?: boolean;
    train: { size: number };
    test: { size: number };
  };
  seeds: readonly number[];
}

const require_ = createRequire(__filename);
let reported: string | undefined;

/** A data set's name, with a mark where its files are not the published ones. */
export function dataLabel({ name, verified = true }: { name: string; verified?: boolean }): string {
  return verified ? name : `${name} (unverified)`;
}

/** The data set reported last, as {@link dataLabel}. */
export function dataReported(): string | undefined {
  return reported;
}

/** Prints profile, backend, versions, data set with its checksum, and seeds: a notebook's first output. */
export function reportSetup({ backend, dataset, seeds }: Setup): void {
  const { name, source, checksum, train, test } = dataset;
  reported = dataLabel(dataset);
  const lines = [
    `profile: ${profile()}`,
    backend.summary,
    `versions: unrolled ${version('unrolled')}, TensorFlow.js ${version('@tensorflow/tfjs')}, tslab ${version('tslab')}, Node ${process.versions.node}`,
    `data: ${name}, ${train.size} to train and ${test.size} to test; ${source}`,
    `checksum: ${checksum}`,
    `seeds: ${seeds.join(', ')}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function version(name: string): string {
  return (require_(`${name}/package.json`) as { version: string }).version;
}
