import { bytesSource, readHead, type StreamDescription } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import { type TakenStream, takeEvents } from '../ingested';
import type { Law } from '../law';
import { pieces } from '../sources';
import type { Subject } from '../subject';

const HEAD_BYTES = 65_536;

export const scanLaw: Law = {
  name: 'scan',
  says: 'the blob alone gives the rows again, and is a file of the codec',
  tests: (subject) =>
    subject.samples.flatMap((sample) => [
      {
        title: `scan of the blob of ${sample.name}`,
        run: async () => {
          for (const stream of await sample.streams()) await checkScan(subject, stream);
        },
      },
      {
        title: `the blob of ${sample.name} as a file`,
        run: async () => {
          for (const stream of await sample.streams()) await checkFile(subject, stream);
        },
      },
    ]),
};

/** @throws {LawError} unless a scan gives what the ingest or the encoder gave. */
export async function checkScan({ codec, timeLimitMs }: Subject, stream: TakenStream): Promise<void> {
  const blob = { name: 'blob', bytes: stream.blob };
  const { streams, failed } = await takeEvents(codec.scan(pieces(blob, { size: () => 65_536 })), timeLimitMs);
  require(streams.length === 1 && failed.length === 0, `the blob has ${streams.length} streams, not one`);
  requireSame(streams[0]!, stream);
  requireEqual(streams[0]!.seekRows, stream.seekRows, 'rows of seek points');
}

async function checkFile({ codec, timeLimitMs }: Subject, stream: TakenStream): Promise<void> {
  const source = bytesSource('blob', stream.blob);
  const isMine = codec.probe(await readHead(source, HEAD_BYTES)) ?? (await codec.search?.(source));
  require(isMine === true, 'neither probe nor search knows the blob');
  const { streams } = await takeEvents(codec.ingest(source), timeLimitMs);
  require(streams.length === 1, `the blob as a file has ${streams.length} streams, not one`);
  requireSame(streams[0]!, stream);
}

function requireSame(actual: TakenStream, expected: TakenStream): void {
  requireEqual(actual.rows, expected.rows, 'rows');
  const { packets, totalSamples, gaps, trims } = expected.summary;
  for (const [key, value] of Object.entries({ packets, totalSamples, gaps, trims })) {
    requireEqual(actual.summary[key as 'packets'], value, `summary.${key}`);
  }
  requireEqual(...described(actual.description, expected.description), 'description');
}

/** What an encoder alone knows (its bitrate) is no part of what a blob tells, nor is the rate of what was encoded. */
function described(actual: StreamDescription, expected: StreamDescription): [unknown, unknown] {
  const own = Object.entries(expected.attributes).filter(([key]) => key in actual.attributes);
  const { originalSampleRate } = actual;
  return [actual, { ...expected, originalSampleRate, attributes: Object.fromEntries(own) }];
}
