import { type Codec, errorCode, type IngestEvent, type IngestOptions } from '@zarr-audio/codec';
import { crc32 } from '../../src/reference/crc32';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, eachEvent } from './deviations';

const SUM_TASK = 'sum';

/** How an ingest does its tasks. */
type Sums = (parts: readonly Uint8Array[], options: IngestOptions) => Promise<readonly number[]>;

const sumsHere = (parts: readonly Uint8Array[]) => parts.map((part) => crc32(part));

/** All at once, in their order. */
const sums: Sums = async (parts, { tasks, signal }) => {
  if (!tasks) return sumsHere(parts);
  return (await Promise.all(parts.map((part) => tasks.run('reference', SUM_TASK, part, { signal })))) as number[];
};

/** The reference codec with a task: of four parts, whose sums it puts into the attributes. */
export function taskedCodec(sumsOf: Sums = sums): Codec {
  const parts = Array.from({ length: 4 }, (_, i) => Uint8Array.of(i));
  const withSums = async function* (events: AsyncIterable<IngestEvent>, options: IngestOptions = {}) {
    const known = [...(await sumsOf(parts, options))];
    yield* eachEvent(events, (event) => {
      if (event.type !== 'stream') return event;
      const { description } = event;
      return { ...event, description: { ...description, attributes: { ...description.attributes, sums: known } } };
    });
  };
  return deviating(referenceCodec(), ({ ingest, scan, encode, describe }) => ({
    ingest: (source, options) => withSums(ingest(source, options), options),
    scan: (blob, options) => withSums(scan(blob, options), options),
    encode: (pcm, options) => withSums(encode(pcm, options), options),
    describe(attributes) {
      const stream = describe(attributes);
      const { sums: known } = attributes;
      return known === undefined ? stream : { ...stream, attributes: { ...stream.attributes, sums: known } };
    },
    tasks: { [SUM_TASK]: async (input) => ({ output: crc32(input as Uint8Array) }) },
  }));
}

export const BROKEN_TASKS: readonly BrokenCodec[] = [
  {
    name: 'takes what tasks give in the order in which they end',
    law: 'tasks',
    make: () =>
      taskedCodec(async (parts, { tasks, signal }) => {
        if (!tasks) return sumsHere(parts);
        const ended: number[] = [];
        const run = async (part: Uint8Array) => {
          ended.push((await tasks.run('reference', SUM_TASK, part, { signal })) as number);
        };
        await Promise.all(parts.map(run));
        return ended;
      }),
  },
  {
    name: 'gives a task what crosses to no thread',
    law: 'tasks',
    make: () =>
      taskedCodec(async (parts, { tasks, signal }) => {
        if (!tasks) return sumsHere(parts);
        await tasks.run('reference', SUM_TASK, { parts, done: () => undefined }, { signal });
        return sumsHere(parts);
      }),
  },
  {
    name: 'takes the failure of a task for a result',
    law: 'tasks',
    make: () =>
      taskedCodec(async (parts, options) => {
        try {
          return await sums(parts, options);
        } catch (error) {
          if (errorCode(error) !== 'WORKER_FAILED') throw error;
          return [];
        }
      }),
  },
  {
    name: 'runs a task that it does not have',
    law: 'tasks',
    make: () =>
      taskedCodec(async (parts, { tasks, signal }) => {
        await tasks?.run('reference', 'unknown', parts, { signal });
        return sumsHere(parts);
      }),
  },
];
