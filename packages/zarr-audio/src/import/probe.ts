import type { ByteSource, Codec, CodecRegistry, IngestEvent, PcmSource } from '@zarr-audio/codec';
import { rescaledRate } from '../recording/recording-attributes';
import {
  type EncodeStep,
  type ImportChoices,
  type ImportFailure,
  type ImportStep,
  importSteps,
  probedHead,
} from './import-steps';
import type { EncodedStreamReport, SourceReport, StreamFacts, StreamReport } from './source-report';
import { streamFailure } from './stream-failure';

export interface ProbeOptions extends ImportChoices {
  /** `createRegistry([opus(), ...])` */
  readonly codecs: CodecRegistry;
}

/**
 * What a file is, and what `store.import(source, options)` would do with it; nothing is written.
 *
 * Streams that would be kept are read to their end, so their numbers and repairs are exact. Of what would be decoded and
 * encoded only the head is read: what breaks later, or turns out to hold no samples, is not foreseen. Nor are the store's own
 * failures, and what is there already.
 *
 * What an import would refuse is a report too (`action: 'refuse'`, with the error that it would throw).
 *
 * @throws what has no code: a caller's mistake, a defect; the signal's reason.
 */
export async function probeSource(source: ByteSource, options: ProbeOptions): Promise<SourceReport> {
  const draft = new Draft();
  try {
    const head = await probedHead(source, options.signal);
    for await (const step of importSteps(options.codecs, source, head, options, 'grid')) draft.take(step);
  } catch (error) {
    draft.refuse(streamFailure(error, options.signal));
  }
  const { streams, reader, codec, error } = draft;
  const known = streams.find(({ container }) => container !== undefined);
  const taken = streams.filter((stream) => stream.status === 'import');
  const isKept = taken.some(({ action }) => action === 'keep');
  return {
    file: source.name,
    bytes: source.byteLength ?? null,
    action: taken.length === 0 ? 'refuse' : isKept ? 'keep' : 'encode',
    reader,
    container: known?.container ?? null,
    codec: known?.codec ?? codec,
    streams,
    ...(taken.length === 0 && error ? { error } : {}),
  };
}

type StreamBegin = Extract<IngestEvent, { type: 'stream' }>;

/** A report while it is made. */
class Draft {
  reader: string | null = null;
  codec: string | null = null;
  error: ImportFailure | undefined;
  readonly #streams = new Map<number, StreamReport>();
  readonly #begun = new Map<number, StreamBegin>();

  get streams(): readonly StreamReport[] {
    return [...this.#streams.values()].sort((a, b) => a.stream - b.stream);
  }

  take(step: ImportStep): void {
    if (step.type === 'taken') {
      this.reader = step.by.id;
      if (step.isKept) this.codec = step.by.id;
    } else if (step.type === 'restart') {
      for (const stream of step.streams ?? [...this.#begun.keys(), ...this.#streams.keys()]) {
        this.#begun.delete(stream);
        this.#streams.delete(stream);
      }
    } else if (step.type === 'keep') this.#keep(step);
    else if (step.type === 'encode') this.#streams.set(step.stream, encodedStream(step));
    else if (step.type === 'fail') this.#fail(step.stream, step.error, step.pcm && decodedFacts(step.pcm));
  }

  /** Nothing is imported, whatever was seen before. */
  refuse(error: ImportFailure): void {
    this.error = error;
    for (const [stream, begin] of this.#begun) this.#fail(stream, error, keptFacts(begin));
  }

  #keep({ event }: Extract<ImportStep, { type: 'keep' }>): void {
    const { stream } = event;
    if (event.type === 'stream') this.#begun.set(stream, event);
    if (event.type !== 'end') return;
    const begin = this.#begun.get(stream)!;
    const { description, verbatim } = begin;
    const { originalSampleRate, preSkip } = description;
    const { totalSamples, packets, gaps, trims, repairs } = event.summary;
    this.#streams.set(stream, {
      ...{ stream, status: 'import', action: 'keep', ...keptFacts(begin), originalSampleRate },
      ...{ totalSamples, packets, verbatim, preSkip, gaps, trims, repairs },
    });
  }

  #fail(stream: number, error: ImportFailure, facts: Partial<StreamFacts> = {}): void {
    this.error ??= error;
    this.#streams.set(stream, { stream, status: 'fail', ...facts, error });
  }
}

type Facts = Omit<StreamFacts, 'stream'>;

function keptFacts({ description, source }: StreamBegin): Facts {
  const { container, codec, channels, tags } = source;
  return { container, codec, sampleRate: description.sampleRate, channels, tags };
}

function decodedFacts({ container, codec, format, tags }: PcmSource): Facts {
  const { sampleRate, channels } = format;
  return { container, codec, sampleRate, channels, tags };
}

function encodedStream({ stream, input, pcm, ready, codec, plan, encoding, ...step }: EncodeStep): EncodedStreamReport {
  const { sampleType, bitsPerSample } = pcm.format;
  const streamRate = countingRate(codec, plan.sampleRate);
  const totalSamples =
    ready.frames === undefined || streamRate === null ? null : (ready.frames * streamRate) / plan.sampleRate;
  return {
    ...{ stream, status: 'import', action: 'encode', ...decodedFacts(pcm) },
    ...{ totalSamples: pcm.frames ?? null, sampleType, bitsPerSample, input, repairs: ready.repairs() },
    encoding: {
      codec: codec.id,
      sampleRate: plan.sampleRate,
      options: encoding,
      recordingSampleRate: streamRate === null ? null : rescaledRate(streamRate, step.samplingRescaleFactor),
      totalSamples,
    },
  };
}

/** The rate at which the samples of a codec's streams count: that of the PCM, or the only one that it has. */
function countingRate({ capabilities }: Codec, sampleRate: number): number | null {
  const { sampleRates } = capabilities;
  if (sampleRates === null || sampleRates.includes(sampleRate)) return sampleRate;
  return sampleRates.length === 1 ? sampleRates[0]! : null;
}
