import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/index';
import { fileSource } from '../src/node';
import { allRows } from './arrays/stores';
import { ffprobePacketHashes, remux } from './oracles/programs';
import { runPython } from './oracles/python';
import { corpus, fixtures, soundFiles } from './support/corpus';
import { importFixture, newStore, temporaryFolder } from './support/stores';

/** MD5 of every packet, as the blob holds it. */
async function packetHashes({ index, blob }: Recording): Promise<string[]> {
  const rows = await allRows(index);
  const bytes = await blob.read(0, blob.byteLength);
  return Array.from({ length: index.rows }, (_, row) => {
    const [position, length] = [rows[row * index.width]!, rows[row * index.width + 1]!];
    const packet = stripPageHeaders(bytes.subarray(position, position + length));
    return createHash('md5').update(packet).digest('hex');
  });
}

async function importFile(path: string): Promise<Recording[]> {
  const store = await newStore();
  const results = await store.import(await fileSource(path));
  return Promise.all(results.flatMap((result) => (result.status === 'imported' ? [store.open(result.id)] : [])));
}

describe('every sound file of Ogg Opus', () => {
  it('has the links and the samples that opusfile counts', async () => {
    const said = (await runPython('opusfile.py', ...soundFiles.map(({ path }) => fixtures + path)))
      .trimEnd()
      .split('\n');
    for (const [i, { path }] of soundFiles.entries()) {
      const recordings = await importFixture(await newStore(), path);
      expect({ samples: recordings.map(({ totalSamples }) => totalSamples) }, path).toEqual(JSON.parse(said[i]!));
    }
  });
});

/** ffprobe puts links of a chain one after another, and so do we here. */
const files = corpus.filter(
  ({ path, isSound }) => (isSound && path.startsWith('ogg_opus/')) || /^(webm_opus|mp4_opus)\/(?!.*flac)/.test(path),
);

describe('the packets of a file are those that ffprobe lists, byte for byte', () => {
  it.each(files.map(({ path }) => path))('%s', async (path) => {
    const listed = ffprobePacketHashes(fixtures + path);
    const recordings = await importFile(fixtures + path);
    const ours = await Promise.all(recordings.map(packetHashes));
    expect(path.startsWith('ogg_opus/') ? [ours.flat()] : ours).toEqual(listed);
  });
});

describe('one programme in several containers is the same packets and the same range of samples', () => {
  const containers: [string, ...string[]][] = [
    ['a.webm'],
    ['a.mkv'],
    ['live.webm', '-live', '1'],
    ['a.mp4'],
    ['front.mp4', '-movflags', '+faststart'],
    ['fragments.mp4', '-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '1000000'],
    ['a.ogg', '-page_duration', '200000'],
  ];
  const programmes = ['ogg_opus/ogg.opus', 'ogg_opus/test-6-5.1.opus', 'ogg_opus/silence.opus'];

  it.each(programmes.flatMap((path) => containers.map((container) => [path, ...container] as const)))(
    '%s as %s',
    async (path, name, ...options) => {
      const out = join(temporaryFolder(), name);
      remux(fixtures + path, out, ...options);
      const [original] = await importFile(fixtures + path);
      const [made, ...others] = await importFile(out);
      expect(others).toEqual([]);
      expect(await packetHashes(made!)).toEqual(await packetHashes(original!));
      const { totalSamples, info } = original!;
      expect({ totalSamples: made!.totalSamples, preSkip: made!.info.preSkip }).toEqual({
        totalSamples,
        preSkip: info.preSkip,
      });
      expect(made!.info.gaps).toEqual([]);
    },
  );

  it('detodos.opus and detodos.webm', async () => {
    const [ogg] = await importFile(`${fixtures}ogg_opus/detodos.opus`);
    const [webm] = await importFile(`${fixtures}webm_opus/detodos.webm`);
    expect(await packetHashes(webm!)).toEqual(await packetHashes(ogg!));
    expect(webm!.totalSamples).toBe(ogg!.totalSamples);
  });
});

it('covers all that the fixtures hold', () => {
  const on = (folder: string) => (existsSync(fixtures + folder) ? readdirSync(fixtures + folder).length : 0);
  const listed = (folder: string) => corpus.filter(({ path }) => path.startsWith(`${folder}/`)).length;
  for (const folder of ['webm_opus', 'mp4_opus', 'ogg_opus']) expect(listed(folder), folder).toBe(on(folder));
});
