import { bytesSource } from '@zarr-audio/codec';
import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { encodeOpusTags, joinMultistream } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { ingestOggOpus, listPackets, scanOggOpus } from '../../src/ingest/ingest';
import { oggContainer } from '../../src/ingest/ogg/ogg-container';
import { StreamTimeline } from '../../src/ingest/stream-timeline';
import {
  AUDIO,
  codesOf,
  collect,
  concatenate,
  fixture,
  gridPoints,
  HEAD,
  type Ingested,
  ingest,
  type MadePage,
  NO_TAGS,
  page,
  regularPages,
  stream,
} from './made-ogg';

const TOTAL = 5 * 9600 - 312;

/** The packets that the rows point to. */
function packetsIn({ blob, rows }: Ingested): Uint8Array[] {
  return rows.map(([position, length]) => {
    const bytes = blob.subarray(position!, position! + length!);
    return length! > 65_024 ? stripPageHeaders(bytes) : bytes;
  });
}

/** Rows, holes and trims come from the blob alone. */
async function expectRebuilt(made: Ingested) {
  const { streams } = await collect(scanOggOpus(bytesSource('blob', made.blob), gridPoints));
  const { rows, description, summary } = streams[0]!;
  expect(rows).toEqual(made.rows);
  expect(description.preSkip).toBe(made.description.preSkip);
  const { packets, totalSamples, gaps, trims } = made.summary;
  expect(summary).toMatchObject({ packets, totalSamples, gaps, trims });
  const startsLate = ({ repairs }: Ingested['summary']) =>
    repairs.filter(({ code }) => code === 'OPUS_STARTS_LATE').map(({ samples }) => samples);
  expect(startsLate(summary)).toEqual(startsLate(made.summary));
}

describe('a sound stream', () => {
  it('is kept byte for byte, whole and in pieces of any size', async () => {
    const file = concatenate(stream(regularPages(5)));
    const { streams, restarts } = await ingest(file);
    expect(restarts).toBe(0);
    expect(streams[0]).toMatchObject({
      verbatim: true,
      blob: file,
      summary: { packets: 50, totalSamples: TOTAL, repairs: [] },
    });
    expect(packetsIn(streams[0]!)).toEqual(AUDIO.slice(0, 50));
    expect(streams[0]!.seekRows).toEqual([[0, 0, 0]]);
    for (const size of [1, 1000]) {
      const pieces = {
        name: 'made.opus',
        async *open() {
          for (let at = 0; at < file.length; at += size) yield file.slice(at, at + size);
        },
      };
      const { streams: again } = await collect(scanOggOpus(pieces, gridPoints));
      expect(again[0]).toMatchObject({ blob: file, rows: streams[0]!.rows });
    }
  });

  it.each([
    ['without EOS', [{ eos: false }], TOTAL, ['OGG_EOS_MISSING']],
    ['with an end trim', [{ granule: 47_000 }], 47_000 - 312, []],
    ['with an end trim of whole packets', [{ granule: 40_001 }], 40_001 - 312, []],
  ] as [string, Partial<MadePage>[], number, string[]][])('%s too', async (_, [last], total, repairs) => {
    const pages = regularPages(5);
    const { streams } = await ingest(concatenate(stream([...pages.slice(0, 4), { ...pages[4]!, ...last }])));
    expect(streams[0]!.verbatim).toBe(true);
    expect(streams[0]!.summary.totalSamples).toBe(total);
    expect(codesOf(streams[0]!.summary)).toEqual(repairs);
  });

  it('that was captured while it ran begins where it begins', async () => {
    const { streams } = await ingest(concatenate(stream(regularPages(5, 1_000_000))));
    expect(streams[0]).toMatchObject({ verbatim: true, summary: { totalSamples: TOTAL, gaps: [] } });
    expect(streams[0]!.summary.repairs).toMatchObject([{ code: 'OPUS_STARTS_LATE', samples: 1_000_000 }]);
    await expectRebuilt(streams[0]!);
  });

  it('with an empty last page that trims', async () => {
    const pages = [...regularPages(5), { packets: [], granule: 47_500 }];
    const { streams } = await ingest(concatenate(stream(pages)));
    expect(streams[0]).toMatchObject({ verbatim: true, summary: { totalSamples: 47_500 - 312 } });
  });

  it('gets a grid where nothing is to be measured', async () => {
    const { streams } = await ingest(fixture('ogg_opus/sine-440-10s.opus'));
    expect(streams[0]!.seekRows.map(([packet, from]) => [packet, from])).toEqual([
      [0, 0],
      [50, 100],
      [150, 200],
      [250, 300],
      [350, 400],
      [450, 500],
    ]);
  });
});

describe('what is not sound is put into canonical Ogg', () => {
  const pages = () => stream(regularPages(5));
  const cases: [string, () => Uint8Array[], string[], Partial<Ingested['summary']>][] = [
    [
      'garbage between pages',
      () => pages().toSpliced(3, 0, new Uint8Array(100).fill(79)),
      ['OGG_GARBAGE'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'garbage before the first page',
      () => [new Uint8Array(9), ...pages()],
      ['OGG_GARBAGE'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'a doubled page',
      () => pages().toSpliced(3, 0, pages()[3]!),
      ['OGG_SEQUENCE_GAP'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'a lost page',
      () => pages().toSpliced(3, 1),
      ['OGG_SEQUENCE_GAP', 'OPUS_GAP'],
      { packets: 40, totalSamples: TOTAL, gaps: [{ end: 19_200, samples: 9600 }] },
    ],
    [
      'a damaged page',
      () => pages().map((bytes, i) => (i === 3 ? bytes.with(100, bytes[100]! ^ 1) : bytes)),
      ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP', 'OPUS_GAP'],
      { packets: 40, totalSamples: TOTAL },
    ],
    [
      'no granule on one page',
      () => stream(regularPages(5).with(2, { ...regularPages(5)[2]!, granule: -1n })),
      ['OPUS_GRANULE_MISSING'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'a granule that decreases',
      () => stream(regularPages(5).with(2, { ...regularPages(5)[2]!, granule: 100 })),
      ['OPUS_GRANULE_DECREASED'],
      { packets: 50, totalSamples: TOTAL, gaps: [] },
    ],
    [
      'a granule beyond all reason',
      () => stream(regularPages(5).with(4, { ...regularPages(5)[4]!, granule: 2n ** 52n })),
      ['OPUS_GRANULE_WRONG'],
      { packets: 50, totalSamples: TOTAL, gaps: [] },
    ],
    [
      'a first granule before the start',
      () => stream(regularPages(5).with(0, { ...regularPages(5)[0]!, granule: 100 })),
      ['OPUS_GRANULE_DECREASED'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'a packet that is none',
      () => stream(regularPages(5).with(2, { packets: [new Uint8Array(0), ...AUDIO.slice(20, 30)], granule: 28_800 })),
      ['OPUS_BAD_PACKET'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'no tags',
      () => stream(regularPages(5)).toSpliced(1, 1),
      ['OGG_SEQUENCE_GAP', 'OPUS_TAGS_MISSING'],
      { packets: 50, totalSamples: TOTAL },
    ],
    [
      'tags that are cut',
      () => stream(regularPages(5)).with(1, page({ packets: [NO_TAGS.subarray(0, 14)], granule: 0, sequence: 1 })),
      ['OPUS_BAD_TAGS'],
      { packets: 50, totalSamples: TOTAL },
    ],
  ];

  it.each(cases)('%s', async (_, make, repairs, summary) => {
    const { streams, restarts } = await ingest(concatenate(make()));
    expect(restarts).toBe(1);
    const [made] = streams;
    expect(made!.verbatim).toBe(false);
    expect(codesOf(made!.summary)).toEqual(repairs);
    expect(made!.summary).toMatchObject(summary);
    expect(packetsIn(made!)).toHaveLength(summary.packets!);
    await expectRebuilt(made!);
    // What was made is sound: another ingest keeps it as it is.
    const again = await ingest(made!.blob);
    expect(again.streams[0]).toMatchObject({ verbatim: true, blob: made!.blob, rows: made!.rows });
  });

  it('a capture from the middle tells where it began, in a comment too', async () => {
    const { streams } = await ingest(concatenate([new Uint8Array(3), ...stream(regularPages(5, 1_000_000))]));
    expect(streams[0]!.summary.repairs).toMatchObject([
      { code: 'OGG_GARBAGE' },
      { code: 'OPUS_STARTS_LATE', samples: 1_000_000 },
    ]);
    await expectRebuilt(streams[0]!);
  });

  it('whole packets that are trimmed stay on one page with the last that is heard', async () => {
    const pages = [...regularPages(30), { packets: [], granule: 60_000 }];
    const { streams } = await ingest(concatenate([Uint8Array.of(1, 2, 3), ...stream(pages)]));
    expect(streams[0]!.rows).toHaveLength(300);
    expect(streams[0]!.summary).toMatchObject({ totalSamples: 60_000 - 312, trims: [] });
    await expectRebuilt(streams[0]!);
  });

  it('more of them than a page can hold are a trim, which stands in a comment', async () => {
    const pages = [...regularPages(50), { packets: [], granule: 60_000 }];
    const { streams } = await ingest(concatenate([Uint8Array.of(1, 2, 3), ...stream(pages)]));
    expect(streams[0]!.rows).toHaveLength(500);
    expect(streams[0]!.summary).toMatchObject({ totalSamples: 60_000 - 312, trims: [[60_000, 420_000]] });
    await expectRebuilt(streams[0]!);
    const again = await ingest(streams[0]!.blob);
    expect(again.streams[0]).toMatchObject({ verbatim: true, summary: { totalSamples: 60_000 - 312 } });
  });

  it('one that is too many for the last page is a trim too', async () => {
    // 255 packets of one lacing value each, none heard: with the last heard one they are one too many for a page.
    const short = AUDIO.slice(10, 265).map((packet) => packet.subarray(0, 200));
    const pages = [...regularPages(1), { packets: short, granule: 9600 - 480 }];
    const { streams } = await ingest(concatenate([new Uint8Array(3), ...stream(pages)]));
    const trims = [[9120, 265 * 960 - 9120]];
    expect(streams[0]!.summary).toMatchObject({ packets: 265, totalSamples: 9600 - 480 - 312, trims });
    expect(codesOf(streams[0]!.summary)).toEqual(['OGG_GARBAGE']);
    await expectRebuilt(streams[0]!);
  });

  it('an end trim behind a hole is a trim', async () => {
    const [first, ...rest] = regularPages(3, 100_000 - 9600);
    const pages = [{ ...first!, granule: 9600 }, ...rest, { packets: [], granule: 50_000 }];
    const { streams } = await ingest(concatenate([new Uint8Array(3), ...stream(pages)]));
    expect(streams[0]!.summary).toMatchObject({ totalSamples: 50_000 - 312, trims: [[50_000, 69_200 - 9600 + 9600]] });
    await expectRebuilt(streams[0]!);
  });

  it.each([
    [100, 312 + 9500, []],
    [0, 312 + 9600, []],
  ])('a first granule position of %d, and others that go on from it: a start trim', async (granule, preSkip, trims) => {
    const pages = regularPages(5, granule - 9600);
    const { streams } = await ingest(concatenate(stream(pages)));
    const [made] = streams;
    expect(made!.description.preSkip).toBe(preSkip);
    expect(made!.summary).toMatchObject({ totalSamples: 48_000 - preSkip, trims });
    expect(made!.summary.repairs).toMatchObject([
      { code: 'OPUS_START_TRIM', byteOffset: 157, samples: 9600 - granule },
    ]);
    await expectRebuilt(made!);
  });

  it('a start trim that the pre-skip has no room for is a trim', async () => {
    // 80 packets on the first page: 76,800 samples, of which 70,000 lie before 0.
    const pages = [
      { packets: AUDIO.slice(0, 80), granule: 6800 },
      { packets: AUDIO.slice(80, 90), granule: 6800 + 9600 },
    ];
    const { streams } = await ingest(concatenate(stream(pages)));
    expect(streams[0]!.description.preSkip).toBe(312);
    expect(streams[0]!.summary).toMatchObject({ totalSamples: 90 * 960 - 70_312, trims: [[312, 70_000]] });
    await expectRebuilt(streams[0]!);
  });

  it('tags that are full make room for what has to be said', async () => {
    const comments = Array.from({ length: 65_536 }, (_, i) => ({ key: 'N', value: String(i) }));
    const muxer = new OggPacketMuxer({ serial: 7 });
    const headers = [HEAD, encodeOpusTags({ vendor: 'test', comments })].flatMap((packet) => muxer.header(packet));
    // An end trim over more packets than a page holds: only a comment can say it.
    const audio = [...regularPages(50), { packets: [], granule: 60_000, eos: true }];
    const pages = audio.map((made, i) => page({ ...made, sequence: headers.length + i }));
    const file = concatenate([new Uint8Array(3), ...headers.map(({ bytes }) => bytes), ...pages]);
    const [made] = (await ingest(file)).streams;
    expect(codesOf(made!.summary)).toEqual(['OGG_GARBAGE', 'OPUS_TAGS_FULL']);
    expect(made!.summary).toMatchObject({ totalSamples: 60_000 - 312, trims: [[60_000, 420_000]] });
    await expectRebuilt(made!);
  });

  it('a comment that is not of this stream is not believed', async () => {
    const comments = [
      { key: 'ZARR_AUDIO_TIMELINE', value: '{"version":1,"packets":9,"samples":9,"first_granule":0,"trims":[[0,9]]}' },
    ];
    for (const value of [comments, [{ key: 'zarr_audio_timeline', value: 'no JSON' }], [...comments, ...comments]]) {
      const tags = encodeOpusTags({ vendor: 'test', comments: value });
      const pages = stream(regularPages(5)).with(1, page({ packets: [tags], granule: 0, sequence: 1 }));
      const { streams } = await ingest(concatenate(pages));
      expect(streams[0]).toMatchObject({ verbatim: true, summary: { totalSamples: TOTAL, trims: [] } });
      expect(codesOf(streams[0]!.summary)).toEqual(['OPUS_TIMELINE_STALE']);
    }
  });

  it('more repairs than a thousand are not listed one by one', async () => {
    const pages = Array.from({ length: 1500 }, (_, i) => ({
      packets: [AUDIO[i % 500]!],
      granule: i % 2 === 0 ? -1n : (i + 1) * 960,
    }));
    const odd = pages.map((made, i) => (i % 4 === 1 ? { ...made, granule: 5 } : made));
    const { streams } = await ingest(concatenate(stream(odd)));
    expect(streams[0]!.summary.repairs).toHaveLength(1001);
    expect(streams[0]!.summary.repairs.at(-1)!.code).toBe('REPAIRS_OMITTED');
    expect(streams[0]!.summary.packets).toBe(1500);
  });

  it('packets over page ends, and one over 65,024 bytes, come to lie whole', async () => {
    // A packet of 120 frames of silence has any length that its padding says; this one is made of a multistream of 255.
    const large = joinMultistream(Array.from({ length: 255 }, () => AUDIO[5]!));
    expect(large.length).toBeGreaterThan(40_000);
    const three = [large, joinMultistream(Array.from({ length: 255 }, (_, i) => AUDIO[(i * 2) % 500]!))];
    const lacing = (length: number) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255];
    const body = concatenate(three);
    const values = three.flatMap(({ length }) => lacing(length));
    const made: Uint8Array[] = stream([]).slice(0, 2);
    for (let at = 0, offset = 0, sequence = 2; at < values.length; at += 100, sequence++) {
      const part = values.slice(at, at + 100);
      const length = part.reduce((sum, value) => sum + value, 0);
      const { encodeOggPage } = await import('@zarr-audio/ogg-mux');
      const ends = part.filter((value) => value < 255).length;
      const before = values.slice(0, at).filter((value) => value < 255).length;
      made.push(
        encodeOggPage({
          serial: 7,
          sequence,
          granulePosition: ends > 0 ? BigInt((before + ends) * 960) : -1n,
          continued: at > 0 && values[at - 1] === 255,
          eos: at + 100 >= values.length,
          lacing: Uint8Array.from(part),
          body: body.subarray(offset, offset + length),
        }),
      );
      offset += length;
    }
    const { streams } = await ingest(concatenate(made));
    expect(packetsIn(streams[0]!)).toEqual(three);
    expect(codesOf(streams[0]!.summary)).toEqual([]);
    await expectRebuilt(streams[0]!);
  });
});

describe('granule positions that can not be', () => {
  it.each([
    [
      'none on the first page',
      (made: MadePage, i: number) => (i === 0 ? { ...made, granule: -1n } : made),
      'OPUS_GRANULE_MISSING',
    ],
    ['0 on all pages', (made: MadePage) => ({ ...made, granule: 0 }), 'OPUS_GRANULE_WRONG'],
  ])('%s: the packets count', async (_, change, repair) => {
    const { streams } = await ingest(concatenate(stream(regularPages(5).map(change))));
    expect(streams[0]!.summary).toMatchObject({ packets: 50, totalSamples: TOTAL, gaps: [] });
    expect(codesOf(streams[0]!.summary)).toContain(repair);
    await expectRebuilt(streams[0]!);
  });
});

describe('tags', () => {
  it('of any name are kept as text, and cover art is left to the blob', async () => {
    const comments = [
      { key: '__proto__', value: 'B' },
      { key: 'CONSTRUCTOR', value: 'A' },
      { key: 'ARTIST', value: 'one' },
      { key: 'artist', value: 'two' },
      { key: 'METADATA_BLOCK_PICTURE', value: 'x'.repeat(5000) },
    ];
    const tags = encodeOpusTags({ vendor: 'test', comments });
    const pages = stream(regularPages(2)).with(1, page({ packets: [tags], granule: 0, sequence: 1 }));
    const names: [string, string][] = [];
    for await (const event of ingestOggOpus(bytesSource('a', concatenate(pages)), gridPoints)) {
      if (event.type === 'stream') names.push(...Object.entries(event.source.tags));
    }
    expect(names).toEqual([
      ['__proto__', 'B'],
      ['constructor', 'A'],
      ['artist', 'one; two'],
    ]);
  });
});

describe('what would grow without bound', () => {
  it('holes: a stream with more than a hundred thousand is refused', () => {
    const timeline = new StreamTimeline();
    expect(() => {
      for (let i = 1; i < 200_000; i++) timeline.gap(960, i);
    }).toThrow(expect.objectContaining({ code: 'OPUS_TOO_MANY_GAPS' }));
  });

  it('trims: a stream with more than ten thousand is refused', () => {
    const timeline = new StreamTimeline();
    expect(() => {
      for (let i = 0; i < 20_000; i++) timeline.trim(i * 960, 1, i);
    }).toThrow(expect.objectContaining({ code: 'OPUS_TOO_MANY_TRIMS' }));
  });

  it('pages without audio: they are not held for ever', async () => {
    const empty = page({ packets: [], granule: -1n, sequence: 2 });
    const source = {
      name: 'empty pages',
      async *open() {
        yield concatenate(stream([]).slice(0, 2));
        for (let i = 0; i < 60; i++) yield concatenate(Array.from({ length: 30_000 }, () => empty));
      },
    };
    await expect(collect(scanOggOpus(source, gridPoints))).rejects.toMatchObject({ code: 'OPUS_NO_PACKETS' });
  });
});

describe('what is told of damage', () => {
  const codes = async (...parts: Uint8Array[]) => {
    const { streams } = await ingest(concatenate(parts));
    return streams.map((made) => codesOf(made.summary));
  };
  const broken = () => stream(regularPages(1), 9).map((bytes, i) => (i === 2 ? bytes.with(50, bytes[50]! ^ 1) : bytes));

  it('a last link of which nothing is left is told with the one before it', async () => {
    expect(await codes(...stream(regularPages(2)), ...broken())).toEqual([['OGG_CRC_MISMATCH', 'OPUS_NO_PACKETS']]);
  });

  it('damage before and in links without sound is told with the next one', async () => {
    const garbage = new Uint8Array(9);
    expect(await codes(garbage, ...stream([]).slice(0, 2), ...stream(regularPages(2)))).toEqual([
      ['OGG_GARBAGE', 'OPUS_NO_PACKETS'],
    ]);
    expect(await codes(...broken(), ...stream(regularPages(2)))).toEqual([['OGG_CRC_MISMATCH', 'OPUS_NO_PACKETS']]);
  });

  it('an EOS flag too early does not end the stream', async () => {
    const early = regularPages(5).with(1, { ...regularPages(5)[1]!, eos: true });
    const { streams } = await ingest(concatenate(stream(early)));
    expect(streams[0]!.summary).toMatchObject({ packets: 50, totalSamples: TOTAL });
    expect(codesOf(streams[0]!.summary)).toContain('OGG_PAGE_AFTER_EOS');
    await expectRebuilt(streams[0]!);
  });

  it('a page within a packet, which says nothing, does not make a lone wrong granule position a hole', async () => {
    const pages: MadePage[] = regularPages(5).with(2, { ...regularPages(5)[2]!, granule: 1_000_000 });
    const { streams } = await ingest(concatenate(stream(pages.toSpliced(3, 0, { packets: [], granule: -1n }))));
    expect(streams[0]!.summary).toMatchObject({ packets: 50, totalSamples: TOTAL, gaps: [] });
    expect(codesOf(streams[0]!.summary)).toEqual(['OPUS_GRANULE_WRONG']);
  });

  it('a start trim and an end trim that meet leave nothing, and not less', async () => {
    const first = { packets: AUDIO.slice(0, 80), granule: 10 };
    const last = { packets: AUDIO.slice(80, 90), granule: 10 };
    const { streams } = await ingest(
      concatenate(stream([first, { packets: AUDIO.slice(80, 81), granule: 970 }, last])),
    );
    expect(streams[0]!.summary.totalSamples).toBeGreaterThanOrEqual(0);
    await expectRebuilt(streams[0]!);
  });
});

describe('several streams', () => {
  it('of a chain, also with the same serial, are told apart', async () => {
    const { streams } = await ingest(
      concatenate([...stream(regularPages(2)), ...stream(regularPages(3)), ...stream(regularPages(1), 9)]),
    );
    expect(streams.map(({ summary }) => summary.packets)).toEqual([20, 30, 10]);
    for (const made of streams) await expectRebuilt(made);
  });

  it('that are multiplexed are told apart', async () => {
    const [a, b] = [stream(regularPages(3), 1), stream(regularPages(3), 2)];
    const file = [a[0]!, b[0]!, a[1]!, b[1]!, a[2]!, b[2]!, a[3]!, b[3]!, a[4]!, b[4]!];
    const { streams } = await ingest(concatenate(file));
    expect(streams.map(({ summary }) => summary)).toMatchObject([
      { packets: 30, repairs: [] },
      { packets: 30, repairs: [] },
    ]);
  });

  it('of which one can not be taken: the others are, and it is named', async () => {
    const bad = stream(regularPages(2), 3).with(
      0,
      page({ packets: [HEAD.with(8, 99)], granule: 0, bos: true, serial: 3 }),
    );
    const { streams, failed } = await ingest(
      concatenate([...stream(regularPages(2)), ...bad, ...stream(regularPages(1), 9)]),
    );
    expect(streams.map((made) => made?.summary.packets)).toEqual([20, undefined, 10]);
    expect(failed).toEqual([{ stream: 1, code: 'OPUS_BAD_HEAD' }]);
  });
});

describe('listPackets', () => {
  it('gives positions in the file, link by link', async () => {
    const file = concatenate([...stream(regularPages(1)), ...stream(regularPages(2))]);
    const packets = [];
    for await (const packet of listPackets(oggContainer(bytesSource('a', file)))) packets.push(packet);
    expect(packets.map(({ link }) => link)).toEqual([...Array(10).fill(0), ...Array(20).fill(1)]);
    for (const [i, { bytePosition, byteLength, startSample, link }] of packets.entries()) {
      const number = i - link * 10;
      expect(file.slice(bytePosition, bytePosition + byteLength)).toEqual(AUDIO[number]!.slice());
      expect(startSample).toBe(number * 960);
    }
  });
});
