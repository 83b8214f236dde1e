import { type AudioCheck, INDEX_WIDTH } from '@zarr-audio/codec';
import { require, requireCode, requireEqual } from '../compare';
import { packetOf } from '../decoding';
import type { TakenStream } from '../ingested';
import { type Law, skipped } from '../law';
import { packetsOf, type Subject } from '../subject';

export const audioLaw: Law = {
  name: 'audio',
  says: 'a check of all audio finds nothing in sound streams, and tells if packets are not those of the stream',
  tests: (subject) => {
    if (!subject.codec.checkAudio) return [skipped('checkAudio', 'the codec has no checkAudio')];
    return [{ title: 'the streams of all samples', run: () => checkStreams(subject) }];
  },
};

async function checkStreams({ codec, samples }: Subject): Promise<void> {
  let checked = 0;
  let told = 0;
  for (const sample of samples) {
    for (const stream of await sample.streams()) {
      const begin = () => codec.checkAudio!(stream.description);
      const check = begin();
      if (!check) continue;
      checked++;
      requireEqual(
        addAll(check, stream, (packet) => packet),
        undefined,
        `${sample.name}: what the check says`,
      );
      const last = packetsOf(stream) - 1;
      // In the other order, which each packet for itself does not show.
      if (last > 0 && addAll(begin()!, stream, (packet) => last - packet) !== undefined) told++;
    }
  }
  require(checked > 0, 'there is not one sample whose audio can be checked');
  require(told > 0, 'packets in the wrong order are never told');
}

/** @returns The code of what is wrong. */
function addAll(check: AudioCheck, stream: TakenStream, order: (packet: number) => number): string | undefined {
  try {
    for (let packet = 0; packet < packetsOf(stream); packet++) {
      const chosen = order(packet);
      check.add(packetOf(stream, chosen), stream.rows[chosen * INDEX_WIDTH + 2]!);
    }
    return check.finish(stream.summary);
  } catch (error) {
    return requireCode(error, 'checkAudio');
  }
}
