import { readdirSync, readFileSync } from 'node:fs';
import {
  type ByteSource,
  bytesSource,
  type Codec,
  CodedError,
  createRegistry,
  errorCode,
  type PcmInput,
} from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { type ImportChoices, memoryStorage, openOrCreateStore, probeSource, type SourceReport } from '../src/index';
import { fileSource } from '../src/node';
import { fixtures } from './support/corpus';
import { codecs, newStore } from './support/stores';

const OPTIONS: ImportChoices = { inputs: [wavInput()], resample };

/** What a report and an import have to agree in. */
interface Outcome {
  readonly action: string;
  readonly error?: string | undefined;
  readonly streams: readonly unknown[];
}

async function importOutcome(source: ByteSource, options: ImportChoices, registry = codecs): Promise<Outcome> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs: registry });
  let results: Awaited<ReturnType<typeof store.import>>;
  try {
    results = await store.import(source, { ...options, seekPoints: 'grid' });
  } catch (error) {
    expect(errorCode(error), String(error)).toBeDefined();
    expect(files.size).toBe(0);
    return { action: 'refuse', error: errorCode(error), streams: [] };
  }
  const streams: unknown[] = [];
  for (const result of results) {
    if (result.status === 'failed') {
      streams.push({ stream: result.stream, status: 'fail', error: errorCode(result.error) });
      continue;
    }
    const { info, description } = await store.open(result.id);
    const { container, codec, channels, tags } = info.source;
    const { totalSamples, repairs } = info;
    const facts = { stream: result.stream, status: 'import', container, codec, channels, tags };
    if (info.encoder === null) {
      const { packets, verbatim, preSkip, gaps, trims, sampleRate } = info;
      const { originalSampleRate } = description;
      const numbers = {
        totalSamples,
        packets,
        verbatim,
        preSkip,
        gaps,
        trims,
        repairs,
        sampleRate,
        originalSampleRate,
      };
      streams.push({ ...facts, action: 'keep', ...numbers });
    } else {
      // Samples that are clipped show while they are encoded.
      const foreseen = repairs.filter(({ code }) => code !== 'PCM_CLIPPED');
      const { sampleRate } = info.source;
      const encoding = { codec: info.codec, recordingSampleRate: info.sampleRate, totalSamples };
      streams.push({ ...facts, action: 'encode', sampleRate, repairs: foreseen, encoding });
    }
  }
  const actions = streams.map((stream) => (stream as { action?: string }).action);
  const action = actions.includes('keep') ? 'keep' : actions.includes('encode') ? 'encode' : 'refuse';
  return { action, error: action === 'refuse' ? errorOf(streams[0]) : undefined, streams };
}

const errorOf = (stream: unknown) => (stream as { error?: string } | undefined)?.error;

function probeOutcome({ action, error, streams }: SourceReport): Outcome {
  return {
    action,
    error: error?.code,
    streams: streams.map((stream) => {
      if (stream.status === 'fail') return { stream: stream.stream, status: 'fail', error: stream.error.code };
      if (stream.action === 'keep') return stream;
      const { totalSamples: _, sampleType: __, bitsPerSample: ___, input: ____, encoding, ...rest } = stream;
      const { codec, recordingSampleRate, totalSamples } = encoding;
      return { ...rest, encoding: { codec, recordingSampleRate, totalSamples } };
    }),
  };
}

async function expectAgreement(source: ByteSource, options: ImportChoices = OPTIONS, registry = codecs) {
  const report = await probeSource(source, { ...options, codecs: registry });
  const probed = probeOutcome(report);
  const imported = await importOutcome(source, options, registry);
  // An import that fails has no streams to tell of; a probe tells what it saw.
  if (imported.streams.length === 0) expect({ ...probed, streams: [] }).toEqual(imported);
  else expect(probed).toEqual(imported);
  for (const stream of report.streams) if (probed.action === 'refuse') expect(stream.status).toBe('fail');
  return report;
}

const NOT_AUDIO = /^(golden|zarr-python)\/|\.(md|tsv|json)$/;
const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(fixtures.length).replace(/^\/+/, ''))
  .filter((path) => !NOT_AUDIO.test(path))
  .sort();

describe('a probe says what an import does', () => {
  it('with the files of all folders', () => {
    const folders = new Set(files.map((path) => path.split('/')[0]));
    expect([...folders]).toEqual(expect.arrayContaining(['malformed', 'ogg_mux', 'ogg_opus', 'wav', 'wildlife']));
  });

  it.each(files)('%s', async (path) => {
    const report = await expectAgreement(await fileSource(fixtures + path));
    expect(report.file).toBe(path.split('/').at(-1));
    expect(report.bytes).toBe(readFileSync(fixtures + path).length);
  });
});

describe('with options', () => {
  const chain = 'ogg_opus/chain.opus';
  const stereo = 'wildlife/deermouse-go.wav';
  const cases: [string, string, ImportChoices, string][] = [
    ['one stream', chain, { stream: 2 }, 'keep'],
    ['a stream that is not there', chain, { stream: 4 }, 'STREAM_NOT_FOUND'],
    ['a stream of a WAV that is not there', 'wav/weather.wav', { ...OPTIONS, stream: 1 }, 'STREAM_NOT_FOUND'],
    ['options of an encoder', chain, { encoding: { bitrate: 64_000 } }, 'OPTIONS_UNUSED'],
    ['the codec that it has', chain, { codec: 'opus' }, 'keep'],
    ['another codec, that is not there', chain, { ...OPTIONS, codec: 'flac' }, 'CODEC_UNKNOWN'],
    ['a codec that is not there', 'wav/weather.wav', { ...OPTIONS, codec: 'flac' }, 'CODEC_UNKNOWN'],
    ['an encoder that is not there', 'wav/weather.wav', { ...OPTIONS, encodeWith: 'flac' }, 'CODEC_UNKNOWN'],
    ['no resampler', 'wav/weather.wav', { inputs: [wavInput()] }, 'RESAMPLER_MISSING'],
    ['no input', 'wav/weather.wav', {}, 'SOURCE_UNSUPPORTED'],
    ['a bitrate', 'wav/weather.wav', { ...OPTIONS, encoding: { bitrate: 96_000 } }, 'encode'],
    ['a bitrate that can not be', 'wav/weather.wav', { ...OPTIONS, encoding: { bitrate: 1 } }, 'OPUS_BAD_OPTION'],
    ['ultrasound', stereo, OPTIONS, 'SAMPLE_RATE_TOO_HIGH'],
  ];

  it.each(cases)('%s', async (_, path, options, expected) => {
    const report = await expectAgreement(await fileSource(fixtures + path), options);
    expect(report.error?.code ?? report.action).toBe(expected);
  });

  it('and with codecs that can not encode', async () => {
    const { encode: _, planEncoding: __, ...decoderOnly } = opus();
    const source = await fileSource(`${fixtures}wav/weather.wav`);
    const report = await expectAgreement(source, OPTIONS, createRegistry([decoderOnly]));
    expect(report.error?.code).toBe('CODEC_CANNOT_ENCODE');
  });

  it('and bytes that are no audio', async () => {
    expect(await expectAgreement(bytesSource('empty', new Uint8Array(0)))).toEqual({
      ...{ file: 'empty', bytes: 0, action: 'refuse', reader: null, container: null, codec: null, streams: [] },
      error: expect.objectContaining({ code: 'SOURCE_EMPTY' }),
    });
    const text = bytesSource('note.txt', new TextEncoder().encode('no audio\n'.repeat(50)));
    expect(await expectAgreement(text)).toMatchObject({ reader: null, error: { code: 'SOURCE_UNSUPPORTED' } });
    // Cut behind its headers: the codec claims it, and finds nothing to keep.
    const bytes = readFileSync(`${fixtures}ogg_opus/stereo.opus`).subarray(0, 200);
    expect(await expectAgreement(bytesSource('cut.opus', bytes))).toMatchObject({
      ...{ reader: 'opus', codec: 'opus', action: 'refuse', error: { code: 'OPUS_NO_PACKETS' } },
    });
  });
});

describe('a report', () => {
  const probe = async (path: string, options: ImportChoices = OPTIONS) =>
    probeSource(await fileSource(fixtures + path), { ...options, codecs });

  it('of an Ogg Opus file has the numbers of the recording', async () => {
    expect(await probe('ogg_opus/stereo.opus')).toEqual({
      ...{ file: 'stereo.opus', bytes: 28_582, action: 'keep', reader: 'opus', container: 'ogg', codec: 'opus' },
      streams: [
        {
          ...{ stream: 0, status: 'import', action: 'keep', container: 'ogg', codec: 'opus', channels: 2 },
          ...{ sampleRate: 48_000, originalSampleRate: 96_000, totalSamples: 104_640, packets: 113, verbatim: true },
          ...{ preSkip: 3840, gaps: [], trims: [], repairs: [], tags: expect.any(Object) },
        },
      ],
    });
  });

  it('of PCM tells what it is resampled to, and the options of the encoder', async () => {
    const report = await probe('wav/weather.wav', { ...OPTIONS, encoding: { bitrate: 96_000 } });
    expect(report).toEqual({
      ...{ file: 'weather.wav', bytes: 625_964, action: 'encode', reader: 'wav', container: 'wav', codec: 'pcm_s16le' },
      streams: [
        {
          ...{ stream: 0, status: 'import', action: 'encode', container: 'wav', codec: 'pcm_s16le', channels: 1 },
          ...{ sampleRate: 44_100, totalSamples: 312_960, sampleType: 'int16', bitsPerSample: 16, input: 'wav' },
          ...{ repairs: [], tags: expect.any(Object) },
          encoding: {
            ...{ codec: 'opus', sampleRate: 48_000, recordingSampleRate: 48_000, totalSamples: 340_637 },
            options: { bitrate: 96_000, complexity: 10 },
          },
        },
      ],
    });
  });

  it('of what is refused tells what it is all the same', async () => {
    expect(await probe('wav/sample_192khz.wav')).toMatchObject({
      ...{ action: 'refuse', container: 'wav', error: { code: 'SAMPLE_RATE_TOO_HIGH' } },
      streams: [{ stream: 0, status: 'fail', sampleRate: 192_000, error: { code: 'SAMPLE_RATE_TOO_HIGH' } }],
    });
    expect(await probe('wildlife/fruitfly-song-multichannel.wav')).toMatchObject({
      error: { code: 'TOO_MANY_CHANNELS' },
    });
  });

  it('of a length that nobody knows says null', async () => {
    const bytes = readFileSync(`${fixtures}wav/weather.wav`);
    const stream: ByteSource = {
      name: 'stream.wav',
      async *open() {
        yield bytes;
      },
    };
    const { bytes: length, streams } = await probeSource(stream, { ...OPTIONS, codecs });
    expect(length).toBeNull();
    expect(streams).toMatchObject([{ totalSamples: null, encoding: { totalSamples: null } }]);
  });

  it('is thrown away where nothing that has a code went wrong', async () => {
    const broken: PcmInput = {
      id: 'broken',
      probe: () => true,
      open: () => Promise.reject(new TypeError('a defect')),
    };
    const source = bytesSource('x', new Uint8Array(1000));
    await expect(probeSource(source, { codecs, inputs: [broken] })).rejects.toThrow('a defect');
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(probeSource(source, { ...OPTIONS, codecs, signal: stopped })).rejects.toThrow('enough');
    const controller = new AbortController();
    const aborting: ByteSource = {
      name: 'aborting.opus',
      async *open() {
        yield readFileSync(`${fixtures}ogg_opus/ogg.opus`).subarray(0, 300_000);
        controller.abort(new Error('enough'));
      },
    };
    await expect(probeSource(aborting, { codecs, signal: controller.signal })).rejects.toThrow('enough');
  });

  it('of a file that breaks in the middle imports nothing of it', async () => {
    const own = codecs.get('opus');
    const breaking: Codec = {
      ...own,
      async *ingest(from, options) {
        for await (const event of own.ingest(from, options)) {
          if (event.type === 'end') throw new CodedError('OPUS_TOO_MANY_GAPS', 'no more');
          yield event;
        }
      },
    };
    const source = await fileSource(`${fixtures}ogg_opus/stereo.opus`);
    expect(await expectAgreement(source, {}, createRegistry([breaking]))).toMatchObject({
      ...{ action: 'refuse', container: 'ogg', codec: 'opus', error: { code: 'OPUS_TOO_MANY_GAPS' } },
      streams: [{ stream: 0, status: 'fail', sampleRate: 48_000, error: { code: 'OPUS_TOO_MANY_GAPS' } }],
    });
  });

  it('can be had beside a store', async () => {
    const { codecs: own } = await newStore();
    expect((await probeSource(await fileSource(`${fixtures}ogg_opus/tiny.ogg`), { codecs: own })).action).toBe('keep');
  });
});
