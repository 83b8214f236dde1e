import type { Codec, JsonObject, JsonValue, StreamDescription } from '@zarr-audio/codec';
import { streamAttributes } from '../attributes';
import { require, requireCode, requireEqual } from '../compare';
import { checkDescription } from '../description-rules';
import { encodeSound, FEW_FRAMES, isEncoder, takenEncodings } from '../encoding';
import type { TakenStream } from '../ingested';
import { type Law, skipped } from '../law';
import type { Subject } from '../subject';

/** What no attribute should be, each in the place of each. */
const WRONG: readonly JsonValue[] = [null, true, -1, 1.5, 2 ** 60, 'text', [], [null], {}, { family: 'text' }];

export const describeLaw: Law = {
  name: 'describe',
  says: 'the attributes of a recording give its stream again, and wrong ones a code',
  tests: (subject) => {
    const { codec, samples } = subject;
    return [
      ...samples.map((sample) => ({
        title: sample.name,
        run: async () => {
          for (const stream of await sample.streams()) {
            checkRight(codec, stream);
            checkWrong(codec, streamAttributes(stream.description, stream.summary));
          }
        },
      })),
      isEncoder(codec)
        ? { title: 'what is encoded', run: () => checkEncoded(subject) }
        : skipped('what is encoded', 'capabilities.encode is false'),
      {
        title: 'attributes of nothing',
        run: async () => {
          require(outcome(codec, {}) !== 'described', 'describe takes no attributes at all');
        },
      },
    ];
  },
};

function checkRight(codec: Codec, { description, summary }: TakenStream): void {
  const attributes = streamAttributes(description, summary);
  // As a store has them.
  const stored = JSON.parse(JSON.stringify(attributes)) as JsonObject;
  requireEqual(codec.describe(stored), description, 'describe(attributes)');
  requireEqual(stored, attributes, 'the attributes, afterwards');
}

async function checkEncoded(subject: Subject): Promise<void> {
  for (const format of await takenEncodings(subject)) {
    const { stream } = await encodeSound(subject, format, { frames: FEW_FRAMES });
    checkRight(subject.codec, stream);
  }
}

function checkWrong(codec: Codec, attributes: JsonObject): void {
  for (const key of Object.keys(attributes)) {
    const { [key]: _, ...others } = attributes;
    outcome(codec, others);
    for (const value of WRONG) outcome(codec, { ...attributes, [key]: value });
  }
}

/** @throws {LawError} if the codec throws without a code, or describes what can't be. */
function outcome(codec: Codec, attributes: JsonObject): string {
  const call = `describe(${JSON.stringify(attributes).slice(0, 300)})`;
  let description: StreamDescription;
  try {
    description = codec.describe(attributes);
  } catch (error) {
    return requireCode(error, call);
  }
  checkDescription(codec, description, call);
  return 'described';
}
