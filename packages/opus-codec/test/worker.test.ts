import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { DECODE_TASK, type DecodeJob, type DecodeSegment, errorCode, runDecodeJob } from '@zarr-audio/codec';
import { packetSamples } from '@zarr-audio/opus-parser';
import { createWorkerPool } from '@zarr-audio/workers';
import { threadPool } from '@zarr-audio/workers/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerFile } from '../../workers/test/worker-file';
import { opus } from '../src/opus';
import { backendsHere, native } from './backends/backends-here';
import { fixture, type Link, oggLinks } from './decode/ogg-links';
import { soundFiles } from './decode/pcm-goldens';

let file: URL;
let exitProgram: URL;
beforeAll(async () => {
  file = await workerFile(fileURLToPath(new URL('../src/worker.ts', import.meta.url)), 'opus-codec');
  exitProgram = await workerFile(fileURLToPath(new URL('./worker-exit.ts', import.meta.url)), 'opus-codec');
});

const surround = ['ambisonics/family2-11ch.opus', 'ambisonics/family3-9ch.opus'].map((path) => ({
  file: path,
  links: oggLinks(fixture(path)),
}));
const streams = [...soundFiles(), ...surround].flatMap(({ file, links }) =>
  links.map((link, i) => ({ name: `${file} ${i}`, link: { ...link, packets: link.packets.slice(0, 600) } })),
);

/** All packets of a stream, as one segment or as given. */
async function jobOf({ stream, packets }: Link, backend: string, segments?: DecodeSegment[]): Promise<DecodeJob> {
  const decoder = await opus().createDecoder(stream, { backend });
  const plannedFor = { backend: decoder.backend, exact: decoder.exact };
  decoder.free();
  let start = 0;
  const byteStart = packets.map((packet) => {
    start += packet.byteLength;
    return start - packet.byteLength;
  });
  return {
    stream,
    backend,
    plannedFor,
    packets: {
      first: 0,
      bytes: new Uint8Array(Buffer.concat(packets)),
      byteStart: Float64Array.from(byteStart),
      byteLength: Float64Array.from(packets, (packet) => packet.byteLength),
      sampleCount: Float64Array.from(packets, (packet) => packetSamples(packet)),
    },
    segments: segments ?? [{ reset: 0, from: 0, to: packets.length, maxDiff: 0 }],
  };
}

/** A reset every `every` packets, with a pre-roll of 4. */
function resets(count: number, every: number): DecodeSegment[] {
  return Array.from({ length: Math.ceil(count / every) }, (_, i) => ({
    reset: Math.max(0, i * every - 4),
    from: i * every,
    to: Math.min(count, (i + 1) * every),
    maxDiff: 0,
  }));
}

describe.each(backendsHere)('%s in a worker', (backend) => {
  const pool = () => {
    const made = threadPool(file, { size: 2 });
    afterAll(() => made.close());
    return made;
  };

  it('gives the samples that it gives here, for every stream, with and without resets', async () => {
    expect(streams.length).toBeGreaterThan(20);
    const tasks = pool();
    await Promise.all(
      streams.map(async ({ name, link }) => {
        for (const job of [await jobOf(link, backend), await jobOf(link, backend, resets(link.packets.length, 9))]) {
          const there = (await tasks.run('opus', DECODE_TASK, job)) as Int16Array;
          const here = await runDecodeJob(opus(), job);
          expect(there, name).toBeInstanceOf(Int16Array);
          expect(Buffer.compare(bytesOf(there), bytesOf(here as Int16Array)), name).toBe(0);
        }
      }),
    );
  });

  it('tells what is wrong with the same code as here', async () => {
    const tasks = pool();
    const { link } = streams[0]!;
    const job = await jobOf(link, backend);
    const { packets } = job;
    const wrong = { ...job, packets: { ...packets, sampleCount: packets.sampleCount.map((count) => count + 1) } };
    const other = { ...job, plannedFor: { backend: 'other 1.0', exact: true } };
    const garbage = { ...job, packets: { ...packets, byteLength: packets.byteLength.map(() => 0) } };
    for (const bad of [wrong, other, garbage]) {
      const expected = await runDecodeJob(opus(), bad).catch((error: unknown) => error);
      const { code, message, details } = expected as { code: string; message: string; details: object };
      expect(code).toMatch(/^[A-Z_]+$/);
      await expect(tasks.run('opus', DECODE_TASK, bad)).rejects.toMatchObject({ code, message, details });
    }
    await expect(tasks.run('opus', DECODE_TASK, job)).resolves.toBeInstanceOf(Int16Array);
  });

  it('takes the backend that init names', async () => {
    const made = createWorkerPool({ open: () => new Worker(file), size: 1, init: { opus: { backend } } });
    const { link } = streams[0]!;
    const job = { ...(await jobOf(link, backend)), backend: undefined };
    await expect(made.run('opus', DECODE_TASK, job)).resolves.toBeInstanceOf(Int16Array);
    await made.close();
  });

  it('is ended while it decodes, time after time, and others go on', { timeout: 60_000 }, async () => {
    const [long, short] = [await longJob(backend), await jobOf(streams[0]!.link, backend)];
    const expected = bytesOf((await runDecodeJob(opus(), short)) as Int16Array);
    const others = pool();
    for (let i = 0; i < 4; i++) {
      const made = threadPool(file, { size: 3 });
      await Promise.all([0, 1, 2].map(() => made.run('opus', DECODE_TASK, short)));
      const running = [0, 1, 2].map(() => made.run('opus', DECODE_TASK, long).catch(errorCode));
      await new Promise((resolve) => setTimeout(resolve, i * 4));
      await made.close();
      for (const result of await Promise.all(running)) {
        if (!(result instanceof Int16Array)) expect(result).toBe('WORKERS_CLOSED');
      }
      const samples = (await others.run('opus', DECODE_TASK, short)) as Int16Array;
      expect(Buffer.compare(bytesOf(samples), expected)).toBe(0);
    }
  });
});

/** Some 100 ms of work. */
async function longJob(backend: string): Promise<DecodeJob> {
  const { link } = streams.find(({ name }) => name.startsWith('ogg_opus/sine-440-10s'))!;
  return jobOf(link, backend, Array.from({ length: 5 }, () => resets(link.packets.length, 50)).flat());
}

it('a WebAssembly.Module can be handed to all workers', async () => {
  const bytes = fixture('../packages/opus-codec/node_modules/opusscript/build/opusscript_native_wasm.wasm');
  const wasmBinary = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const pool = threadPool(file, { size: 2, init: { opus: { backend: 'wasm', wasmBinary } } });
  const job = await jobOf(streams[0]!.link, 'wasm');
  const [a, b] = await Promise.all([pool.run('opus', DECODE_TASK, job), pool.run('opus', DECODE_TASK, job)]);
  expect(a).toEqual(b);
  await pool.close();
});

it.runIf(native)('native code runs on many threads at once', { timeout: 60_000 }, async () => {
  const pool = threadPool(file, { size: 16 });
  const { link } = streams[0]!;
  const job = await jobOf(link, 'native');
  const expected = bytesOf((await runDecodeJob(opus(), job)) as Int16Array);
  const all = await Promise.all(Array.from({ length: 64 }, () => pool.run('opus', DECODE_TASK, job)));
  for (const samples of all) expect(Buffer.compare(bytesOf(samples as Int16Array), expected)).toBe(0);
  await pool.close();
});

it.runIf(native).each([
  ['exit', 0, ''],
  ['throw', 1, ''],
  ['close', 0, 'the pool of workers was closed,the pool of workers was closed,the pool of workers was closed\n'],
  ['abort', 0, 'aborted,aborted,aborted\n'],
])('native code does not take the process with it, which ends by %s', async (how, status, output) => {
  const path = `${fileURLToPath(file)}.job`;
  writeFileSync(path, serialize(await longJob('native')));
  const program = fileURLToPath(exitProgram);
  for (let i = 0; i < 3; i++) {
    const child = spawnSync(process.execPath, [program, file.href, path, how], { encoding: 'utf8', timeout: 30_000 });
    expect(child.stderr).toEqual(status === 0 ? '' : expect.stringContaining('as it was asked for'));
    expect({ status: child.status, stdout: child.stdout }).toEqual({ status, stdout: output });
  }
});

function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}
