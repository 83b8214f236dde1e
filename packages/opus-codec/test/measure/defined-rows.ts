import { errorCode } from '@zarr-audio/codec';
import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { bruteForceRows } from '../../../opus-index/test/brute-force';
import { beginsAnew } from '../../../opus-index/test/model-decoder';
import type { OpusBackend } from '../../src/backends/backend';
import { createPacketDecoder } from '../../src/decode/packet-decoder';
import type { Ingested } from '../ingest/made-ogg';

/** The rows that docs/format.md defines for a stream, from plain decodes: slow, and simple. */
export function definedRows({ blob, rows, description }: Ingested, backend: OpusBackend): number[][] {
  const packets = rows.map(([position, length]) => {
    const bytes = blob.subarray(position!, position! + length!);
    return length! > 65_024 ? stripPageHeaders(bytes) : bytes;
  });
  const newDecoder = () => createPacketDecoder(description, backend, { exact: true });
  const decode = (decoder: ReturnType<typeof newDecoder>, packet: Uint8Array) => {
    const output = new Int16Array(5760 * description.channels);
    return output.slice(0, decoder.decodePacket(packet, output, 0) * description.channels);
  };
  const isRefused = (packet: Uint8Array) => {
    const decoder = newDecoder();
    try {
      decode(decoder, packet);
      return false;
    } catch (error) {
      if (errorCode(error) !== 'OPUS_DECODE_FAILED') throw error;
      return true;
    } finally {
      decoder.free();
    }
  };
  const timed = rows.map(([, , samples, start], i) => {
    const [, , before = 0, its = 0] = rows[i - 1] ?? [];
    return { samples: samples!, gap: start! - its - before, isRefused: isRefused(packets[i]!) };
  });
  const sequentialDecoder = newDecoder();
  const sequential = packets.map((packet, p) => {
    if (beginsAnew(timed, p)) sequentialDecoder.reset();
    return timed[p]!.isRefused ? new Int16Array(0) : decode(sequentialDecoder, packet);
  });
  sequentialDecoder.free();
  const runs = new Map<number, { decoder: ReturnType<typeof newDecoder>; differences: number[] }>();
  const difference = (p: number, q: number) => {
    const run = runs.get(p) ?? { decoder: newDecoder(), differences: [] };
    runs.set(p, run);
    while (run.differences.length <= q - p) {
      const next = p + run.differences.length;
      const actual = decode(run.decoder, packets[next]!);
      run.differences.push(actual.reduce((most, s, i) => Math.max(most, Math.abs(s - sequential[next]![i]!)), 0));
    }
    return run.differences[q - p]!;
  };
  const found = bruteForceRows(timed, difference);
  for (const { decoder } of runs.values()) decoder.free();
  return found;
}
