import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IngestEvent, StreamDescription, StreamSummary } from '@zarr-audio/codec';
import { flac } from '../../src/flac';

const root = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));

export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(root + path));

/** One stream in full. */
export interface Ingested {
  readonly description: StreamDescription;
  readonly tags: Readonly<Record<string, string>>;
  readonly verbatim: boolean;
  readonly blob: Uint8Array;
  readonly rows: number[];
  readonly summary: StreamSummary;
}

export async function collect(events: AsyncIterable<IngestEvent>): Promise<{ streams: Ingested[]; failed: string[] }> {
  const open = new Map<
    number,
    { event: Extract<IngestEvent, { type: 'stream' }>; blob: Uint8Array[]; rows: number[] }
  >();
  const streams: Ingested[] = [];
  const failed: string[] = [];
  for await (const event of events) {
    if (event.type === 'restart') {
      open.clear();
      streams.length = 0;
    } else if (event.type === 'stream') open.set(event.stream, { event, blob: [], rows: [] });
    else if (event.type === 'failed') failed.push(event.error.code);
    else if (event.type === 'piece') {
      open.get(event.stream)!.blob.push(event.bytes.slice());
      open.get(event.stream)!.rows.push(...event.rows);
    } else {
      const { event: begin, blob, rows } = open.get(event.stream)!;
      const { description, verbatim, source } = begin;
      const bytes = new Uint8Array(Buffer.concat(blob));
      streams.push({ description, verbatim, tags: source.tags, blob: bytes, rows, summary: event.summary });
    }
  }
  return { streams, failed };
}

/** The samples of all packets, one behind another: little-endian, as many bytes as the bits take, as `flac -d` writes them. */
export async function decodeRaw({ description, blob, rows }: Ingested): Promise<Buffer> {
  const { channels, bitsPerSample, sampleType } = description;
  const decoder = await flac().createDecoder(description);
  const output = sampleType === 'int16' ? new Int16Array(8 * 65_536) : new Int32Array(8 * 65_536);
  const bytes = Math.ceil(bitsPerSample / 8);
  const raw: Buffer[] = [];
  for (let at = 0; at < rows.length; at += 5) {
    const [position, length, samples] = rows.slice(at, at + 3) as [number, number, number];
    const decoded = decoder.decode(blob.subarray(position, position + length), output, 0);
    if (decoded !== samples) throw new Error(`row ${at / 5}: ${decoded} samples`);
    if (bytes === 2) {
      raw.push(Buffer.from(output.slice(0, decoded * channels).buffer));
      continue;
    }
    const part = Buffer.alloc(decoded * channels * bytes);
    for (let i = 0; i < decoded * channels; i++) part.writeIntLE(output[i]!, i * bytes, bytes);
    raw.push(part);
  }
  return Buffer.concat(raw);
}

export const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
