import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type MetadataFields, type MetadataValue, openWav, type SourcePiece } from '../src/index';
import { bytesSource, fileSource, fixtures, readAll } from './corpus';

/** What guano, wamd2guano, wavinfo, mutagen and Python's XML parser read out of the chunks. */
interface Said {
  guano?: Record<string, MetadataValue>;
  wamd?: Record<string, MetadataValue>;
  bext?: Record<string, MetadataValue | null>;
  ixml?: Record<string, string>;
  id3?: Record<string, string>;
}
const { files } = JSON.parse(readFileSync(`${fixtures}golden/wav/metadata.json`, 'utf8')) as {
  files: Record<string, Said>;
};

async function fieldsOf(name: string, file: string, pieceBytes?: number): Promise<MetadataFields | undefined> {
  const [source] = await openWav(fileSource(`golden/wav/${file}`, pieceBytes));
  return source.metadata!().find((piece) => piece.name === name)?.fields;
}

const having = (key: keyof Said) => Object.keys(files).filter((file) => files[file]![key]);

describe('guano', () => {
  it.each(having('guano'))('%s: what the reference implementation reads', async (file) => {
    const fields: Record<string, MetadataValue> = { ...(await fieldsOf('guan', file)) };
    const expected = { ...files[file]!.guano };
    // It leaves the temperatures texts, writes its times anew, and keeps no line ends at the end of a note.
    const temperature = expected['Temperature Int'];
    if (temperature !== undefined) expected['Temperature Int'] = Number(temperature);
    if (typeof fields.Timestamp === 'string') fields.Timestamp = fields.Timestamp.replace(' ', 'T');
    expect(fields).toEqual(expected);
  });

  it('is all there', () => {
    expect(having('guano').length).toBe(5);
  });
});

describe('wamd', () => {
  it('what wamd2guano reads', async () => {
    const fields = (await fieldsOf('wamd', 'sm4.wav'))!;
    const { wamd } = files['sm4.wav']!;
    expect(fields).toEqual({
      version: wamd!.version,
      model: wamd!.model,
      serial_number: wamd!.serial,
      firmware_version: wamd!.firmware,
      name: wamd!.prefix,
      start_time: String(wamd!.timestamp).replace('T', ' '),
      gps_first: 'WGS84,47.39861,N,7.67191,W,312',
      notes: String(wamd!.notes).replace('\0', ''),
      time_expansion: wamd!.time_expansion,
      microphone_type: wamd!.microphone,
      microphone_sensitivity: wamd!.sensitivity,
    });
    expect(wamd!.gpsfirst).toEqual([47.39861, -7.67191, 312]);
  });
});

describe('bext', () => {
  it.each(having('bext'))('%s: what wavinfo reads', async (file) => {
    const fields = (await fieldsOf('bext', file))!;
    const expected = files[file]!.bext!;
    const hex = expected.umid === null ? undefined : String(expected.umid).toUpperCase();
    const values = {
      description: expected.description,
      originator: expected.originator,
      originator_reference: expected.originator_ref,
      origination_date: expected.originator_date,
      origination_time: expected.originator_time,
      time_reference: expected.time_reference,
      version: expected.version,
      umid: file === 'bext-1.wav' ? hex!.slice(0, 64) : hex,
      coding_history: expected.coding_history || undefined,
      loudness_value: expected.loudness_value ?? undefined,
      loudness_range: expected.loudness_range ?? undefined,
      max_true_peak_level: expected.max_true_peak ?? undefined,
      // wavinfo takes 0x7FFF, 'not measured', for a loudness.
      max_momentary_loudness: undefined,
      max_short_term_loudness: expected.max_shortterm_loudness ?? undefined,
    };
    expect(fields).toEqual(JSON.parse(JSON.stringify(values)));
  });
});

describe('iXML', () => {
  it('the texts that an XML parser finds', async () => {
    expect(await fieldsOf('iXML', 'bext-2.wav')).toEqual(files['bext-2.wav']!.ixml);
  });
});

describe('ID3', () => {
  it.each(having('id3'))('%s: what mutagen reads', async (file) => {
    const name = file === 'id3-3.wav' ? 'ID3 ' : 'id3 ';
    const fields: Record<string, MetadataValue> = { ...(await fieldsOf(name, file)) };
    // It writes times anew, and unpacks what is compressed.
    if (typeof fields.TDRC === 'string') fields.TDRC = fields.TDRC.replace('T', ' ');
    const { TALB: compressed, ...expected } = files[file]!.id3!;
    expect(fields).toEqual(expected);
    expect(compressed !== undefined).toBe(/^id3-\d/.test(file));
  });

  it('is all there', () => {
    expect(having('id3').length).toBe(4);
  });
});

describe('all chunks that are no audio', () => {
  const summary = (pieces: readonly SourcePiece[]) =>
    pieces.map(({ name, byteOffset, bytes }) => [name, byteOffset, bytes.byteLength]);

  it.each([
    [
      'bext-2.wav',
      [
        ['bext', 20, 635],
        ['iXML', 664, 408],
        ['zzz1', 1272, 3],
        ['LIST', 1284, 32],
      ],
    ],
    [
      'sm4.wav',
      [
        ['junk', 44, 3],
        ['wamd', 224, 448],
      ],
    ],
    [
      'rf64.wav',
      [
        ['bext', 56, 602],
        ['guan', 858, 349],
      ],
    ],
  ])('%s', async (file, expected) => {
    const bytes = readFileSync(`${fixtures}golden/wav/${file}`);
    for (const pieceBytes of [undefined, 1_000, 1]) {
      const [source] = await openWav(fileSource(`golden/wav/${file}`, pieceBytes));
      const pieces = source.metadata!();
      expect(summary(pieces)).toEqual(expected);
      for (const piece of pieces) {
        expect(Buffer.from(piece.bytes)).toEqual(
          bytes.subarray(piece.byteOffset, piece.byteOffset + piece.bytes.length),
        );
      }
      expect(source.repairs()).toEqual([]);
      expect(source.frames).toBe(80);
    }
  });

  it.each(Object.keys(files))('%s: the same after the last block where the length is not known', async (file) => {
    const bytes = readFileSync(`${fixtures}golden/wav/${file}`);
    const [known] = await openWav(bytesSource(bytes));
    const [unknown] = await openWav(bytesSource(bytes, { byteLength: undefined }));
    for (let run = 0; run < 2; run++) {
      expect((await readAll(unknown)).length).toBe(80);
      expect(unknown.metadata!()).toEqual(known.metadata!());
    }
  });
});
