import { expect, it } from 'vitest';
import { type MatroskaEvent, readMatroska } from '../src';
import { demux, plain } from './demuxed';
import { readFixture } from './fixture-files';

const input = readFixture('golden/matroska/whole.webm');

function* pieces(size: number, onClose = () => {}): Generator<Uint8Array> {
  try {
    for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size);
  } finally {
    onClose();
  }
}

async function collect(events: AsyncIterable<MatroskaEvent>): Promise<MatroskaEvent[]> {
  const all: MatroskaEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

it('gives what the demuxer gives, of iterables and streams', async () => {
  const expected = demux(input).map(plain);
  expect((await collect(readMatroska(pieces(999)))).map(plain)).toEqual(expected);
  const stream = new Blob([new Uint8Array(input)]).stream();
  expect((await collect(readMatroska(stream, { signal: new AbortController().signal }))).map(plain)).toEqual(expected);
});

it('closes the source when the consumer stops', async () => {
  let closed = 0;
  for await (const event of readMatroska(pieces(100, () => closed++))) if (event.type === 'block') break;
  expect(closed).toBe(1);
});

it('ends with the reason of the signal, also while the source lets itself be waited for', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  let closed = 0;
  const events = readMatroska(
    pieces(100, () => closed++),
    { signal: abort.signal },
  );
  await events.next();
  abort.abort(reason);
  // What the pieces before gave is given out first.
  await expect(collect(events)).rejects.toBe(reason);
  expect(closed).toBe(1);
  async function* silent(): AsyncGenerator<Uint8Array> {
    await new Promise(() => {});
    yield input;
  }
  const waiting = new AbortController();
  const first = readMatroska(silent(), { signal: waiting.signal }).next();
  setTimeout(() => waiting.abort(reason), 5);
  await expect(first).rejects.toBe(reason);
});

it('throws what the source and the option throw', async () => {
  const failure = new Error('disk');
  function* failing(): Generator<Uint8Array> {
    yield input.subarray(0, 500);
    throw failure;
  }
  await expect(collect(readMatroska(failing()))).rejects.toBe(failure);
  const tracks = () => {
    throw failure;
  };
  await expect(collect(readMatroska(pieces(50), { tracks }))).rejects.toBe(failure);
  await expect(collect(readMatroska(pieces(50), { maxTracks: 0 }))).rejects.toThrow(RangeError);
});
