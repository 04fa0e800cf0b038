import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Catalogue, CatalogueFile } from '../../lib/datasets/catalogue';
import { parseCifar, readArchive } from '../../lib/datasets/cifar';
import { download } from '../../lib/datasets/download';
import { parseIdx } from '../../lib/datasets/idx';
import { obtain } from '../../lib/datasets/obtain';
import { cifarRecords, idxPair, listed, sendRange, serve, tarGz, temporaryFolder } from './files';

const name = 'train-images-idx3-ubyte.gz';
const nowhere = 'http://127.0.0.1:1';
const [digits] = idxPair(12);
const [clothes] = idxPair(6);

/** The catalogue's line, with what the file holds. */
function withContents(file: CatalogueFile, bytes: Buffer): CatalogueFile {
  const inside = gunzipSync(bytes);
  const sha256 = createHash('sha256').update(inside).digest('hex');
  return { ...file, contents: { bytes: inside.length, sha256 } };
}

const ofDigits = withContents(listed(name, digits, nowhere), digits);
const ofClothes = listed(name, clothes, nowhere);
const catalogue = {
  digits: { files: [ofDigits] },
  clothes: { files: [ofClothes] },
} as unknown as Catalogue;

function find(file: CatalogueFile, data: string, set: string, unverified = false) {
  const folders = [join(data, set), data];
  return obtain(file, { folders, unverified, catalogue, onProgress: () => undefined });
}

function folderWith(path: string, bytes: Buffer): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), bytes);
  return folder;
}

describe('the right data in another wrapping is taken', () => {
  test.each([
    ['decompressed', 'digits/train-images-idx3-ubyte', gunzipSync(digits)],
    ['decompressed, with a dot in its name', 'train-images.idx3-ubyte', gunzipSync(digits)],
    ['compressed, with a dot in its name', 'train-images.idx3-ubyte.gz', digits],
    ['compressed anew', `digits/${name}`, gzipSync(gunzipSync(digits), { level: 1 })],
    [
      'decompressed under its old name, as a browser leaves it',
      `digits/${name}`,
      gunzipSync(digits),
    ],
  ])('%s', async (_, path, bytes) => {
    const obtained = await find(ofDigits, folderWith(path, bytes), 'digits');
    expect(obtained.verified).toBe(true);
    const labels = { name: 'labels', bytes: idxPair(12)[1] };
    const { pixels } = parseIdx({ name, bytes: obtained.bytes }, labels, [2, 3, 1], 3);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  });

  test.each([
    ['./', 'bin/1.bin'],
    ['', '1.bin'],
    ['./', '1.bin'],
  ])('a CIFAR archive packed with %j before %j', async (before, path) => {
    const data = cifarRecords([[3], [4]]);
    const archive = tarGz([{ path: `${before}${path}`, data }]);
    const files = await readArchive('pictures.tar.gz', archive, ['bin/1.bin']);
    expect([...parseCifar('bin/1.bin', files.get('bin/1.bin')!, 'cifar-10').labels]).toEqual([
      3, 4,
    ]);
  });
});

test('a file that lies there decompressed and has no SHA-256 is named, with the ways out', async () => {
  const folder = folderWith('train-images-idx3-ubyte', gunzipSync(clothes));
  await expect(find(ofClothes, folder, 'clothes')).rejects.toThrow(
    /train-images-idx3-ubyte cannot be checked: the catalogue has the SHA-256 of train-images-idx3-ubyte\.gz only\. Put that file into .*clothes/,
  );
  expect((await find(ofClothes, folder, 'clothes', true)).verified).toBe(false);
});

describe('a file of another set', () => {
  test.each([
    ['compressed', name, digits],
    ['decompressed', 'train-images-idx3-ubyte', gunzipSync(digits)],
  ])(
    'in the shared folder is passed over, %s, and the right one comes to the own folder',
    async (_, path, bytes) => {
      const url = await serve((request, response) => sendRange(request, response, clothes));
      const folder = folderWith(path, bytes);
      const file = { ...ofClothes, urls: [url] };
      expect((await find(file, folder, 'clothes')).bytes.equals(clothes)).toBe(true);
      expect(existsSync(join(folder, 'clothes', name))).toBe(true);
      expect(readFileSync(join(folder, path)).equals(bytes)).toBe(true);
    },
  );

  test('is not taken for the set that is asked for, verified or not', async () => {
    const folder = folderWith(name, digits);
    await expect(find(ofClothes, folder, 'clothes', true)).rejects.toThrow(
      /could not be downloaded/,
    );
  });

  test('in the own folder is to be moved, not deleted', async () => {
    const folder = folderWith(`clothes/${name}`, digits);
    const attempt = find(ofClothes, folder, 'clothes');
    await expect(attempt).rejects.toThrow(
      `is the file of that name of digits. Move it to ${join(folder, 'digits')}`,
    );
    await expect(attempt).rejects.not.toThrow(/[Dd]elete/);
  });
});

describe('a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** One that tunnels, and counts. */
  async function proxy() {
    const asked: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test.each([
    ['is used where HTTP_PROXY names it', '', 1],
    ['is passed by where NO_PROXY says so', '127.0.0.1', 0],
  ])('%s', async (_, none, count) => {
    const url = await serve((request, response) => sendRange(request, response, digits));
    const { asked, url: address } = await proxy();
    for (const key of ['HTTP_PROXY', 'http_proxy']) vi.stubEnv(key, address);
    for (const key of ['NO_PROXY', 'no_proxy']) vi.stubEnv(key, none);
    const target = join(temporaryFolder(), name);
    await download(listed(name, digits, url), target, () => undefined);
    expect(readFileSync(target).equals(digits)).toBe(true);
    expect(asked).toEqual(Array(count).fill(url.replace('http://', '')));
  });
});
