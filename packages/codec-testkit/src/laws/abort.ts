import type { ByteSource, IngestOptions } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import { isEncoder, soundFor, takenEncodings } from '../encoding';
import { takeEvents, withinTime } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { pcmSource } from '../pcm';
import { pieces } from '../sources';
import type { NamedBytes, Sample, Subject } from '../subject';

/** Pieces that a file is given in. */
const PIECES = 40;
/** Of them, how many come before the abort, */
const BEFORE = 12;
/** and how many may be asked for after it. */
const AFTER = 3;

/** A file that has to be searched to its end, as a rule. */
const NOTHING: NamedBytes = { name: 'zeros', bytes: new Uint8Array(200_000) };

/** What takes a signal. */
type Run = (source: ByteSource, options: IngestOptions) => AsyncIterable<unknown>;

export const abortLaw: Law = {
  name: 'abort',
  says: "an abort comes through as the signal's reason, closes the source, and hurts nobody else",
  tests: (subject) => {
    const { codec } = subject;
    const runs: [string, Run][] = [
      ['ingest', (source, options) => codec.ingest(source, options)],
      ['packets', (source, options) => codec.packets(source, options)],
    ];
    return [
      ...subject.samples.flatMap((sample) => [
        ...runs.map(([name, run]): LawTest => {
          return { title: `${name} of ${sample.name}`, run: () => checkAborts(subject, sample, run) };
        }),
        { title: `scan of the blob of ${sample.name}`, run: () => checkScans(subject, sample) },
        { title: `one of two ingests of ${sample.name}`, run: () => checkOther(subject, sample) },
      ]),
      ...[...subject.samples, NOTHING].map((file): LawTest => {
        const title = `search in ${file.name}`;
        if (!codec.search) return skipped(title, 'the codec has no search');
        return { title, run: () => checkSearch(subject, file) };
      }),
      isEncoder(codec)
        ? { title: 'encode', run: () => checkEncode(subject) }
        : skipped('encode', 'capabilities.encode is false'),
    ];
  },
};

async function checkScans(subject: Subject, sample: Sample): Promise<void> {
  for (const { blob } of await sample.streams()) {
    const file = { name: 'blob', bytes: blob };
    await checkAborts(subject, file, (source, options) => subject.codec.scan(source, options));
  }
}

async function checkAborts(subject: Subject, file: NamedBytes, run: Run): Promise<void> {
  await checkAborted(subject, file, run, 0);
  await checkAborted(subject, file, run, BEFORE);
  await checkLeft(subject, file, run);
}

/** @param before  Pieces that come before the abort; none: it was aborted before it began. */
async function checkAborted(subject: Subject, file: NamedBytes, run: Run, before: number): Promise<void> {
  const { outcome, reason, after, open } = await aborted(subject, file, run, before);
  require(outcome !== undefined, 'it goes on to its end, though it was aborted');
  require(outcome.error === reason, `it throws ${outcome.error}, and not the reason of the signal`);
  require(after <= AFTER, `it reads ${after} pieces after the abort`);
  require(open === 0, 'the source is left open');
}

/** A search may have its answer before the abort, or with the piece that came just then. */
async function checkSearch(subject: Subject, file: NamedBytes): Promise<void> {
  const search: Run = async function* (source, options) {
    yield await subject.codec.search?.(source, options);
  };
  for (const before of [0, 1, BEFORE]) {
    const { outcome, reason, isAborted, after, open } = await aborted(subject, file, search, before);
    require(open === 0, 'the source is left open');
    if (!isAborted) continue;
    const isAnswered = outcome === undefined && before > 0 && after === 0;
    require(isAnswered || outcome !== undefined, 'it searches on, though it was aborted');
    require(isAnswered || outcome?.error === reason, `it throws ${outcome?.error}, and not the reason of the signal`);
    require(after <= AFTER, `it reads ${after} pieces after the abort`);
  }
}

/** What comes of a run that is aborted so many pieces after its begin. */
async function aborted({ timeLimitMs }: Subject, file: NamedBytes, run: Run, before: number) {
  const controller = new AbortController();
  // No error at all: it comes through as it is.
  const reason = { reason: `after ${before}` };
  let open = 0;
  let after = 0;
  const source = pieces(file, {
    size: () => Math.ceil(file.bytes.length / PIECES),
    onOpen: () => open++,
    onPiece(piece) {
      if (controller.signal.aborted) after++;
      if (piece >= before) controller.abort(reason);
    },
    onClose: () => open--,
  });
  if (before === 0) controller.abort(reason);
  const { signal } = controller;
  const outcome = await outcomeOf(withinTime(run(source, { signal }), timeLimitMs));
  return { outcome, reason, isAborted: signal.aborted, after, open };
}

/** Whoever takes events may stop at any of them. */
async function checkLeft({ timeLimitMs }: Subject, file: NamedBytes, run: Run): Promise<void> {
  let open = 0;
  const source = pieces(file, {
    size: () => Math.ceil(file.bytes.length / PIECES),
    onOpen: () => open++,
    onClose: () => open--,
  });
  let events = 0;
  for await (const _ of withinTime(run(source, {}), timeLimitMs)) if (++events === 2) break;
  require(open === 0, 'whoever takes its events stops, and the source is left open');
}

async function checkOther({ codec, timeLimitMs }: Subject, sample: Sample): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('the reason');
  const size = () => Math.ceil(sample.bytes.length / PIECES);
  const onPiece = (piece: number) => {
    if (piece === BEFORE) controller.abort(reason);
  };
  const [one, other] = await Promise.all([
    outcomeOf(withinTime(codec.ingest(pieces(sample, { size, onPiece }), { signal: controller.signal }), timeLimitMs)),
    takeEvents(codec.ingest(pieces(sample, { size })), timeLimitMs),
  ]);
  require(one?.error === reason, 'the one that was aborted throws something else');
  requireEqual(other.streams, (await sample.taken()).streams, 'what came of the other one');
}

async function checkEncode(subject: Subject): Promise<void> {
  const { codec, timeLimitMs } = subject;
  if (!isEncoder(codec)) return;
  for (const format of await takenEncodings(subject)) {
    const { ready, options, sound } = soundFor(codec, format);
    for (const before of [0, 3]) {
      const controller = new AbortController();
      const reason = new Error('the reason');
      let open = 0;
      const pcm = pcmSource(ready, sound, {
        onOpen: () => open++,
        onBlock(block) {
          if (block >= before) controller.abort(reason);
        },
        onClose: () => open--,
      });
      if (before === 0) controller.abort(reason);
      const outcome = await outcomeOf(
        withinTime(codec.encode(pcm, { options, signal: controller.signal }), timeLimitMs),
      );
      require(outcome?.error === reason, `encode throws ${outcome?.error}, and not the reason of the signal`);
      require(open === 0, 'the PCM is left open');
    }
  }
}

/** What was thrown; undefined if nothing was. */
async function outcomeOf(things: AsyncIterable<unknown>): Promise<{ error: unknown } | undefined> {
  try {
    for await (const thing of things) if (thing === undefined) break;
    return undefined;
  } catch (error) {
    return { error };
  }
}
