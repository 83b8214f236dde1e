import { CodedError, DECODE_TASK, type DecodeJob, errorCode } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import { batchOf, decodeAnew, planOf, withDecoder } from '../decoding';
import { type TakenStream, takeEvents } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { pieces } from '../sources';
import { packetsOf, type Sample, type Subject } from '../subject';
import { testRunner } from '../task-runner';

export const tasksLaw: Law = {
  name: 'tasks',
  says: 'work that is done elsewhere, on plain data that crossed to it, gives what it gives here',
  tests: (subject) => {
    const hasTasks = Object.keys(subject.codec.tasks ?? {}).length > 0;
    return subject.samples.flatMap((sample): LawTest[] => {
      const failures = `ingest of ${sample.name} with tasks that fail, and that are aborted`;
      return [
        { title: `decoding ${sample.name}`, run: () => checkDecoding(subject, sample) },
        { title: `ingest of ${sample.name}`, run: () => checkIngest(subject, sample) },
        hasTasks
          ? { title: failures, run: () => checkFailures(subject, sample) }
          : skipped(failures, 'the codec has no tasks of its own'),
      ];
    });
  },
};

async function checkDecoding(subject: Subject, sample: Sample): Promise<void> {
  const { codec } = subject;
  const runner = testRunner(codec);
  for (const stream of await sample.streams()) {
    const job = await jobOf(subject, stream);
    const before = structuredClone(job);
    const jobs = await Promise.all([0, 1, 2, 3].map(() => runner.run(codec.id, DECODE_TASK, job)));
    const expected = await decodeAnew(subject, stream, 0, packetsOf(stream) - 1);
    for (const pcm of jobs) requireEqual(pcm, expected, 'what a task decodes');
    requireEqual(job, before, 'the job, afterwards');
  }
}

async function jobOf(subject: Subject, stream: TakenStream): Promise<DecodeJob> {
  const { codec, options } = subject;
  return withDecoder(subject, stream, (decoder) => ({
    stream: stream.description,
    backend: options.decoder?.backend,
    plannedFor: { backend: decoder.backend, exact: decoder.exact },
    packets: batchOf(stream),
    segments: planOf(codec, stream, decoder, 0, packetsOf(stream) - 1),
  }));
}

async function checkIngest({ codec, timeLimitMs }: Subject, sample: Sample): Promise<void> {
  const taken = await takeEvents(codec.ingest(pieces(sample), { tasks: testRunner(codec) }), timeLimitMs);
  requireEqual(taken.streams, (await sample.taken()).streams, 'what an ingest gives that has a TaskRunner');
}

/** A failure of a thread comes through with its code, or the work is done all the same. */
async function checkFailures({ codec, timeLimitMs }: Subject, sample: Sample): Promise<void> {
  const expected = (await sample.taken()).streams;
  const failing = testRunner(codec, (task) => {
    if (task === 0) throw new CodedError('WORKER_FAILED', 'the worker ended');
  });
  try {
    const { streams } = await takeEvents(codec.ingest(pieces(sample), { tasks: failing }), timeLimitMs);
    requireEqual(streams, expected, 'what an ingest gives, one of whose tasks failed');
  } catch (error) {
    if (errorCode(error) !== 'WORKER_FAILED') throw error;
  }
  const controller = new AbortController();
  const reason = new Error('the reason');
  const runner = testRunner(codec, () => controller.abort(reason));
  const { signal } = controller;
  const [aborted, other] = await Promise.all([
    takeEvents(codec.ingest(pieces(sample), { tasks: runner, signal }), timeLimitMs).catch((error: unknown) => error),
    takeEvents(codec.ingest(pieces(sample), { tasks: testRunner(codec) }), timeLimitMs),
  ]);
  if (runner.begun > 0) require(aborted === reason, 'aborted while a task ran, it throws something else');
  requireEqual(other.streams, expected, 'what came of an ingest that was not aborted');
}
