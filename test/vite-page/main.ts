import { blobSource, createRegistry, type PcmBlock, type TaskRunner } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import OpusWorker from '@zarr-audio/opus-codec/worker?worker';
import { createWorkerPool } from '@zarr-audio/workers';
import wasmPath from 'opusscript/build/opusscript_native_wasm.wasm?url';
import { httpStorage, memoryStorage, openOrCreateStore, openStore } from 'zarr-audio';
import type { PageJob, PageReport } from './job';

const wasmUrl = new URL(wasmPath, location.href).href;
const codecs = createRegistry([opus({ wasmUrl })]);
const storage = () => httpStorage(new URL('store/', location.href));

async function hashOf({ data }: PcmBlock): Promise<string> {
  const hash = await crypto.subtle.digest(
    'SHA-256',
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
  );
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One range after the other. */
async function readHere({ recordings }: PageJob): Promise<string[][]> {
  const store = await openStore(storage(), { codecs });
  const all: string[][] = [];
  for (const { id, ranges } of recordings) {
    const recording = await store.open(id);
    const hashes: string[] = [];
    for (const range of ranges) hashes.push(await hashOf(await recording.read(range)));
    all.push(hashes);
  }
  return all;
}

/** All ranges of a recording together, decoded by workers. */
async function readThere({ recordings }: PageJob, tasks: TaskRunner): Promise<string[][]> {
  const store = await openStore(storage(), { codecs, tasks });
  const all: string[][] = [];
  for (const { id, ranges } of recordings) {
    const recording = await store.open(id);
    const hashes: string[] = [];
    for await (const block of recording.readMany(ranges)) hashes.push(await hashOf(block));
    all.push(hashes);
  }
  return all;
}

async function importHere(name: string): Promise<{ id: string; hash: string }> {
  const response = await fetch(name);
  const file = new File([await response.arrayBuffer()], name);
  const store = await openOrCreateStore(memoryStorage(), { codecs });
  const [result] = await store.import(blobSource(file));
  if (result?.status === 'failed') throw result.error;
  const recording = await store.open(result!.id);
  return { id: recording.id, hash: await hashOf(await recording.read()) };
}

function counted(pool: TaskRunner): TaskRunner & { count: number } {
  return {
    count: 0,
    size: pool.size,
    run(...task) {
      this.count++;
      return pool.run(...task);
    },
  };
}

async function report(): Promise<PageReport> {
  const job: PageJob = await (await fetch('job')).json();
  const main = await readHere(job);

  const pool = createWorkerPool({ open: () => new OpusWorker(), size: 2, init: { opus: { wasmUrl } } });
  const tasks = counted(pool);
  const workers = await readThere(job, tasks);
  await pool.close();

  const wasmBinary = await WebAssembly.compile(await (await fetch(wasmUrl)).arrayBuffer());
  const open = () => new Worker(new URL('@zarr-audio/opus-codec/worker', import.meta.url), { type: 'module' });
  const otherPool = createWorkerPool({ open, size: 2, init: { opus: { wasmBinary } } });
  const otherTasks = counted(otherPool);
  const otherWorkers = await readThere(job, otherTasks);
  await otherPool.close();

  return { main, workers, otherWorkers, tasks: [tasks.count, otherTasks.count], imported: await importHere(job.file) };
}

/** With its causes, as a page that shows errors would. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${error.code} ` : '';
  return `${code}${error.name}: ${error.message}${error.cause === undefined ? '' : `\n<- ${textOf(error.cause)}`}`;
}

const said = await report().catch((error: unknown) => ({ error: textOf(error) }));
await fetch('said', { method: 'POST', body: JSON.stringify(said) });
