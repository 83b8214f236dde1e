import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import type { Recording } from 'zarr-audio';
import { corpusPaths, importAlone, manifest, rows } from './corpus-table';
import { fixture } from './run-command';

/** Of a WAV file, by ffprobe and ffmpeg (packages/wav/test/ffmpeg.oracle.test.ts compares it live). */
interface WavGolden {
  readonly error?: true;
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  readonly raw: 's16le' | 's32le' | 'f32le';
  readonly sha256: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Of an audio stream of another file, by the same (fixtures/golden/malformed/record.py). */
interface StreamGolden {
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly packets: number;
  readonly frames: number;
}

const golden = <T>(path: string) => (JSON.parse(readFileSync(fixture(path), 'utf8')) as { files: T }).files;
const wavGoldens = golden<Record<string, WavGolden>>('golden/wav/ffmpeg.json');
const streamGoldens = golden<Record<string, readonly StreamGolden[]>>('golden/malformed/ffprobe.json');

/** Whose samples ffmpeg 5.1 reads wrongly, or not at all: packages/wav/test/golden.test.ts says how, and has them from elsewhere. */
const MISREAD: Readonly<Record<string, Partial<WavGolden>>> = {
  'wav/RIFX-16bit-mono.wav': { codec: 'pcm_s16be' },
  'wav/pcmwaveformat-24bit-4byte-48kHz-stereo.wav': { codec: 'pcm_s32le' },
  'wav/waveformatextensible-24bit-4byte-48kHz-stereo.wav': { codec: 'pcm_s32le' },
  'wav/test-44100Hz-be-1ch-4bytes.wav': {
    ...wavGoldens['wav/test-44100Hz-le-1ch-4bytes.wav'],
    codec: 'pcm_s32be',
  },
};
/** Texts that ffmpeg drops as their length is wrong. */
const MORE_TAGS: Readonly<Record<string, Record<string, string>>> = {
  'malformed/wave_metadata_bad_len.wav': { comment: 'Comments' },
};
/** Samples that ffmpeg cuts off and we don't. */
const NOT_CUT: Readonly<Record<string, number>> = { 'malformed/invalid-excess_neg_discard.webm': 2880 };

const isWav = (path: string) => /\.wav$/i.test(path);
const wavOnly = [wavInput()];

function goldenOf(path: string): WavGolden {
  return { ...wavGoldens[path]!, ...MISREAD[path] };
}

/** Repairs of what it was made from: what an encoder could not hold is no fault of the file. */
const repairCodes = ({ info }: Recording) => [
  ...new Set(info.repairs.map(({ code }) => code).filter((code) => !code.startsWith('PCM_'))),
];

/** Chunks beside the audio, by the corpus's maker: `LIST:436`. */
function statedChunks(path: string): string[] {
  const [, list = ''] = /chunks=\[(.*?)\]/.exec(manifest.get(path)!) ?? [];
  const chunks = [...list.matchAll(/\('([^']*)', (\d+)\)/g)].map(([, name, bytes]) => `${name}:${bytes}`);
  // How samples are stored, the samples; and zeros that are no chunk.
  return chunks.filter((chunk) => !/^(fmt |data|fact|ds64|(\\x00){4}):/.test(chunk));
}

async function expectMetadata(recording: Recording, path: string): Promise<void> {
  const { source, startTime } = recording.info;
  const { codec, sampleRate, channels, tags } = goldenOf(path);
  expect(source).toMatchObject({ container: 'wav', codec, sampleRate, channels });
  expect(source.tags).toEqual({ ...tags, ...MORE_TAGS[path] });
  expect(startTime).toBe(rows.find((row) => row.path === path)!.start);
  const pieces = await recording.metadataPieces();
  expect(pieces.map(({ name, bytes }) => `${name}:${bytes.byteLength}`)).toEqual(statedChunks(path));
  const file = readFileSync(fixture(path));
  for (const { bytes } of pieces) expect(file.includes(Buffer.from(bytes))).toBe(true);
}

it('the table has a row of every file, and of no other', () => {
  // Opus that was made of a recording of the corpus, for another test.
  const paths = corpusPaths.filter((path) => !path.endsWith('-22k.opus'));
  expect(rows.map(({ path }) => path).sort()).toEqual(paths.sort());
  expect(rows.length).toBeGreaterThan(95);
  expect(rows.filter(({ path }) => path.startsWith('wildlife/')).length).toBe(12);
});

it('every malformed file is refused, or what is wrong is told', () => {
  for (const { path, opus, flac, repairs } of rows) {
    if (!path.startsWith('malformed/') || (opus !== 'imported' && flac !== 'imported')) continue;
    expect(repairs, path).not.toEqual([]);
  }
});

describe.each(rows)('$path', ({ path, opus, flac, repairs }) => {
  it(`as the command imports it: ${opus}`, async () => {
    const { outcome, recordings, files } = await importAlone(path, {}, wavOnly);
    expect(outcome).toBe(opus);
    if (outcome !== 'imported') {
      expect(files).toBe(0);
      return;
    }
    expect(recordings.length).toBe(1);
    const [recording] = recordings as [Recording];
    const { channels, totalSamples, sampleRate, gaps, packets } = recording.info;
    expect(repairCodes(recording)).toEqual(repairs);
    expect((await recording.read()).frames).toBe(totalSamples);
    if (isWav(path)) {
      const expected = goldenOf(path);
      const at48k = Math.ceil((expected.frames * 48_000) / expected.sampleRate);
      expect({ channels, sampleRate, totalSamples }).toEqual({
        ...{ channels: expected.channels, sampleRate: 48_000, totalSamples: at48k },
      });
      await expectMetadata(recording, path);
    } else {
      const [expected] = streamGoldens[path]!;
      const heard = totalSamples - gaps.reduce((sum, { samples }) => sum + samples, 0);
      expect({
        channels,
        sampleRate,
        packets,
        frames: heard - (NOT_CUT[path] ?? 0),
        codec: recording.info.codec,
      }).toEqual(expected);
    }
  });

  it.runIf(flac !== '-')(`with --codec flac: ${flac}`, async () => {
    const { outcome, recordings, files } = await importAlone(path, { codec: 'flac' }, wavOnly);
    expect(outcome).toBe(flac);
    if (outcome !== 'imported') {
      expect(files).toBe(0);
      return;
    }
    const [recording] = recordings as [Recording];
    const expected = goldenOf(path);
    const { channels, sampleRate, totalSamples } = recording.info;
    expect(repairCodes(recording)).toEqual(repairs);
    expect({ channels, sampleRate, totalSamples }).toEqual({
      ...{ channels: expected.channels, sampleRate: expected.sampleRate, totalSamples: expected.frames },
    });
    await expectMetadata(recording, path);
    // Not one sample earlier or later, nor another: what ffmpeg decodes of the file, bit for bit. Floats become 24 bits.
    if (MISREAD[path] || expected.raw === 'f32le') return;
    const { data } = await recording.read({ dtype: expected.raw === 's16le' ? 'int16' : 'int32' });
    const shift = expected.raw === 's32le' ? 32 - recording.info.bitsPerSample : 0;
    const full = shift === 0 ? data : data.map((sample) => sample << shift);
    expect(createHash('sha256').update(new Uint8Array(full.buffer)).digest('hex')).toBe(expected.sha256);
  });
});

describe('an ID3 tag in WAV', () => {
  it.each([3, 4])('of version %i is in the store, and tells the start time', async (version) => {
    const path = `golden/wav/id3-mutagen-${version}.wav`;
    const { recordings } = await importAlone(path, {}, wavOnly);
    const [recording] = recordings as [Recording];
    const { source, startTime, field } = recording.info;
    expect(source.tags).toEqual(wavGoldens[path]!.tags);
    expect(startTime).toBe('2024-01-31T23:30:00-03:30');
    expect(field).toMatchObject({ serialNumber: { value: '24F3190361CA0000', from: 'audiomoth' }, contradictions: [] });
    const [piece, ...others] = await recording.metadataPieces();
    expect(others).toEqual([]);
    expect(piece!.name).toBe('id3 ');
    const file = readFileSync(fixture(path));
    // It stands at the end of the file, and has an odd length.
    expect(Buffer.from(piece!.bytes)).toEqual(file.subarray(file.indexOf('id3 ') + 8, -1));
  });
});

describe('ultrasound of the corpus', () => {
  it.each(rows.filter(({ opus }) => opus === 'SAMPLE_RATE_TOO_HIGH'))('$path', async ({ path }) => {
    const { sampleRate, channels, frames } = goldenOf(path);
    const kept = await importAlone(path, { ultrasonic: 'reinterpret' }, wavOnly);
    expect(kept.recordings[0]!.info).toMatchObject({ sampleRate, channels, totalSamples: frames, repairs: [] });
    await expectMetadata(kept.recordings[0]!, path);
    const lost = await importAlone(path, { ultrasonic: 'resample' }, wavOnly);
    const totalSamples = Math.ceil((frames * 48_000) / sampleRate);
    expect(lost.recordings[0]!.info).toMatchObject({ sampleRate: 48_000, channels, totalSamples });
    expect(lost.recordings[0]!.info.repairs.map(({ code }) => code)).toContain('PCM_ULTRASOUND_LOST');
  });
});
