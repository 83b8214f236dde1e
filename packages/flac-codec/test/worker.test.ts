import { fileURLToPath } from 'node:url';
import { DECODE_TASK, type DecodeJob, runDecodeJob } from '@zarr-audio/codec';
import { threadPool } from '@zarr-audio/workers/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workerFile } from '../../workers/test/worker-file';
import { flac } from '../src/flac';
import { sourceOf } from './support/feed';
import { collect, fixture } from './support/ingested';

let pool: ReturnType<typeof threadPool>;
beforeAll(async () => {
  const file = await workerFile(fileURLToPath(new URL('../src/worker.ts', import.meta.url)), 'flac-codec');
  pool = threadPool(file, { size: 2 });
});
afterAll(() => pool.close());

it.each(['flac/love.flac', 'flac/bear_32bit.flac'])(
  'the ready-made worker gives the samples of %s that this thread gives',
  async (path) => {
    const codec = flac();
    const { streams } = await collect(codec.ingest(sourceOf(fixture(path))));
    const { description, blob, rows, summary } = streams[0]!;
    const column = (at: number) => Float64Array.from({ length: summary.packets }, (_, i) => rows[5 * i + at]!);
    const packets = { first: 0, bytes: blob, byteStart: column(0), byteLength: column(1), sampleCount: column(2) };
    const { backend, exact } = await codec.createDecoder(description);
    const plannedFor = { backend, exact };
    const segments = codec.decodePlan([], 0, summary.packets - 1);
    const job: DecodeJob = { stream: description, backend: undefined, plannedFor, packets, segments };
    const here = await runDecodeJob(codec, job);
    expect(here.length).toBe(summary.totalSamples * description.channels);
    expect(await pool.run(codec.id, DECODE_TASK, job)).toEqual(here);
  },
);
