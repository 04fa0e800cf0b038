import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { isCudaBuild, missingCompiler, missingLibraries } from '../../lib/setup/gpu.mjs';
import { requirements } from '../../lib/setup/requirements.mjs';

const temporary = () => mkdtempSync(join(tmpdir(), 'unrolled-gpu-'));

/** A PATH on which nvidia-smi names a GPU. */
function standIn(): string {
  const folder = temporary();
  const file = join(folder, 'nvidia-smi');
  writeFileSync(file, '#!/bin/sh\necho "NVIDIA H200, 580.159.04, 9.0, 143771 MiB"\n');
  chmodSync(file, 0o755);
  return `${folder}:${process.env['PATH']}`;
}

function write(file: string, content = ''): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

afterEach(() => vi.unstubAllEnvs());

describe('where the driver names an NVIDIA GPU', () => {
  it("set-up asks for TensorFlow's build for CUDA, and elsewhere for that for CPUs", async () => {
    vi.stubEnv('PATH', temporary());
    expect((await requirements()).tensorflow[0]).toMatch(/^tensorflow-cpu ==/);
    vi.stubEnv('PATH', standIn());
    expect((await requirements()).tensorflow[0]).toMatch(/^tensorflow\[and-cuda\] ==/);
  });

  it('doctor names driver, card, what is missing and the way out', () => {
    const env = { ...process.env, PATH: standIn() };
    const { stdout } = spawnSync(process.execPath, ['lib/setup/doctor.mjs'], {
      env,
      encoding: 'utf8',
    });
    expect(stdout).toContain(
      '[ok]      NVIDIA driver: 580.159.04; NVIDIA H200, capability 9.0, 143771 MiB',
    );
    expect(stdout).toMatch(
      /GPU: TensorFlow (is its build for CPUs; |gets no answer from the driver)/,
    );
  });
});

describe('the parts of CUDA', () => {
  it('are found beside the TensorFlow wheel, and named where they are not', () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('LD_LIBRARY_PATH', '');
    const packages = temporary();
    const tensorflow = join(packages, 'tensorflow');
    expect(missingLibraries(tensorflow)).toContain('libcudnn.so.9');
    write(join(packages, 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'));
    expect(missingLibraries(tensorflow)).not.toContain('libcudnn.so.9');
    write(join(packages, 'nvidia', 'cuda_nvcc', 'bin', 'ptxas'));
    expect(missingCompiler(tensorflow)).not.toContain('ptxas');
    write(join(packages, 'nvidia', 'cuda_nvcc', 'nvvm', 'libdevice', 'libdevice.10.bc'));
    expect(missingCompiler(tensorflow)).toEqual([]);
  });

  it('are worth nothing to a build for CPUs, which is told from that for CUDA', () => {
    const tensorflow = temporary();
    expect(isCudaBuild(tensorflow)).toBe(false);
    const info = join(tensorflow, 'python', 'platform', 'build_info.py');
    write(info, "build_info = OrderedDict([('is_cuda_build', False), ('is_rocm_build', False)])");
    expect(isCudaBuild(tensorflow)).toBe(false);
    write(info, "build_info = OrderedDict([('is_cuda_build', True), ('is_rocm_build', False)])");
    expect(isCudaBuild(tensorflow)).toBe(true);
  });
});

it('environment-cuda.yml is environment.yml with the other TensorFlow', () => {
  const read = (file: string) =>
    parse(readFileSync(file, 'utf8')) as { dependencies: (string | { pip: string[] })[] };
  const rest = (file: string) =>
    read(file).dependencies.map((entry) =>
      typeof entry === 'object'
        ? entry.pip.filter((line) => !line.startsWith('tensorflow'))
        : entry,
    );
  expect(rest('environment-cuda.yml')).toEqual(rest('environment.yml'));
  const pins = ['environment-cuda.yml', 'environment.yml'].map(
    (file) => /tensorflow\S* (==[\d.]+)/.exec(readFileSync(file, 'utf8'))?.[1],
  );
  expect(pins[0]).toBe(pins[1]);
});
