import { type FilePacket, INDEX_WIDTH } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import { withinTime } from '../ingested';
import type { Law } from '../law';
import { pieces } from '../sources';

export const packetsLaw: Law = {
  name: 'packets',
  says: 'packets lists those of an ingest where they lie in the file',
  tests: ({ codec, samples, timeLimitMs }) =>
    samples.map((sample) => ({
      title: sample.name,
      run: async () => {
        const listed = new Map<number, FilePacket[]>();
        const { length } = sample.bytes;
        for await (const packet of withinTime(codec.packets(pieces(sample, { size: () => 4096 })), timeLimitMs)) {
          const { bytePosition, byteLength, link } = packet;
          require(bytePosition >= 0 && byteLength > 0 && bytePosition + byteLength <= length, 'it lies in the file');
          const known = listed.get(link);
          if (known) known.push(packet);
          else listed.set(link, [packet]);
        }
        for (const { stream, rows, verbatim } of await sample.streams()) {
          const packets = listed.get(stream) ?? [];
          requireEqual(packets.length, rows.length / INDEX_WIDTH, `packets of stream ${stream}`);
          for (const [i, { bytePosition, byteLength, samples: count, startSample }] of packets.entries()) {
            const [position, bytes, expectedCount, cumStart] = rows.subarray(i * INDEX_WIDTH) as unknown as number[];
            requireEqual([count, startSample], [expectedCount, cumStart], `samples of packet ${i}`);
            if (verbatim) requireEqual([bytePosition, byteLength], [position, bytes], `bytes of packet ${i}`);
          }
        }
      },
    })),
};
