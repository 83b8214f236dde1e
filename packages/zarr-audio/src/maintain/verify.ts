import { type CodecRegistry, CodedError, errorCode, type JsonObject } from '@zarr-audio/codec';
import type { RowsReader } from '../arrays/index';
import { isObject } from '../json-file';
import type { DamagedBytes } from '../read/blob-damage';
import { openArrays, type RecordingArrays, type StoredTable } from '../recording/recording-arrays';
import { parseAttributes, type RecordingAttributes, scannedAttributes } from '../recording/recording-attributes';
import { canonicalJson } from '../recording/recording-id';
import type { ReadableStorage } from '../storage/storage';
import { BLOB_ARRAY } from '../store-layout';
import { AudioComparison } from './audio-comparison';
import { type BlobScan, type Progress, scanBlob } from './blob-scan';
import { blobRepairs, type Damage, inBlob } from './damage';
import { IndexComparison } from './index-comparison';
import { openStoredBlob, type RecordingDocument, readRecordingDocument } from './recording-document';
import { checkSeekPoints } from './seek-point-check';
import { checkBytes, checkStoredFiles } from './stored-files';

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of the recording that is read. */
  readonly onProgress?: ((progress: Progress & { readonly id: string }) => void) | undefined;
}

export interface VerifyResult {
  readonly id: string;
  /** There is no damage. */
  readonly ok: boolean;
  readonly damage: readonly Damage[];
}

/**
 * Reads every byte of a recording: checksums of Zarr, the codec's own, the audio against what its stream says of it, the
 * index against the blob, attributes against the blob, and seek points by their form and, at some, by decoding. Goes on behind damage as far as it can.
 *
 * @throws what is no damage: the storage's errors, `RECORDING_NOT_FOUND`, the signal's reason.
 */
export async function verifyRecording(
  storage: ReadableStorage,
  codecs: CodecRegistry,
  id: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const damage: Damage[] = [];
  try {
    const document = await readRecordingDocument(storage, id, codecs, options);
    await new Verification(storage, document, options, damage).run();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isDamage(error)) throw error;
    damage.push({ code: errorCode(error)!, where: 'zarr.json', samples: 0 });
  }
  return { id, ok: damage.length === 0, damage };
}

/** Not the storage, nor a recording or a decoder that is not there, nor a defect of ours. */
function isDamage(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !/^STORE_|^RECORDING_NOT_FOUND$|_BACKEND_/.test(code);
}

class Verification {
  readonly #storage: ReadableStorage;
  readonly #document: RecordingDocument;
  readonly #options: VerifyOptions;
  readonly #damage: Damage[];

  constructor(storage: ReadableStorage, document: RecordingDocument, options: VerifyOptions, damage: Damage[]) {
    this.#storage = storage;
    this.#document = document;
    this.#options = options;
    this.#damage = damage;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const arrays = this.#open();
    this.#damage.push(...(await checkStoredFiles(this.#storage, this.#document, { signal })));
    const index = arrays && this.#table(arrays.index, 'index');
    const seekPoints = arrays?.seekPoints && this.#table(arrays.seekPoints, 'seek_points');
    const damaged: DamagedBytes[] = [];
    const comparison = index && new IndexComparison(index.name, index.reader, damaged, signal);
    const audio = new AudioComparison(this.#document.codec);
    const scan = await this.#scan(damaged, comparison, audio);
    if (comparison) this.#damage.push(...comparison.damage);
    if (scan) {
      this.#compare(scan);
      this.#checkHashes(scan, index, seekPoints);
      this.#damage.push(...audio.finish(scan));
    }
    if (scan && arrays && seekPoints) {
      // Without the index, or with holes that are damage, only what is there can be looked at.
      const isIndexSound = comparison !== undefined && comparison.damage.length === 0 && arrays.index.rows;
      const isUsable = isIndexSound && !(isIndexSound instanceof CodedError);
      const isWhole = damaged.length === 0;
      const found = await checkSeekPoints({
        codec: this.#document.codec,
        description: scan.description,
        blob: arrays.blob,
        index: isUsable ? isIndexSound : undefined,
        name: seekPoints.name,
        seekPoints: seekPoints.reader,
        holes: comparison && isWhole ? comparison.holes : new Set(),
        packets: isWhole ? scan.summary.packets : (index?.reader.rows ?? Number.POSITIVE_INFINITY),
        signal,
      });
      this.#damage.push(...found);
    }
    for (const name of Object.keys(this.#document.arrays)) {
      const isSeen = name === BLOB_ARRAY || name === index?.name || name === seekPoints?.name;
      const isBytes = (this.#document.arrays[name] as JsonObject).data_type === 'uint8';
      if (!isSeen && isBytes) {
        this.#damage.push(...(await checkBytes(this.#storage, this.#document, name, { signal })));
      }
    }
  }

  /** The arrays by the attributes, if those are sound; else the blob is looked at alone. */
  #open(): RecordingArrays | undefined {
    const { id, codec, attributes: json, group } = this.#document;
    try {
      const attributes: RecordingAttributes = { ...parseAttributes(json, id), description: codec.describe(json) };
      return openArrays(this.#storage, id, group, attributes);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damage.push({ code: errorCode(error)!, where: whereOf(error), samples: 0 });
      return undefined;
    }
  }

  #table(table: StoredTable, key: string): { name: string; reader: RowsReader } | undefined {
    const name = String((this.#document.attributes.index_arrays as JsonObject)[key]);
    const { reader, rows } = table;
    if (rows instanceof CodedError) this.#damage.push({ code: rows.code, where: name, samples: 0 });
    return reader instanceof CodedError ? undefined : { name, reader };
  }

  /** Undefined if the blob holds no stream any more. */
  async #scan(
    damaged: DamagedBytes[],
    comparison: IndexComparison | undefined,
    audio: AudioComparison,
  ): Promise<BlobScan | undefined> {
    const { id, codec, attributes } = this.#document;
    const { signal, onProgress } = this.#options;
    let scan: BlobScan | undefined;
    let failure: Damage | undefined;
    try {
      const { blob } = await openStoredBlob(this.#storage, this.#document, { signal });
      const told = onProgress && ((progress: Progress) => onProgress({ ...progress, id }));
      const options = { signal, seekPoints: 'grid', onProgress: told } as const;
      scan = await scanBlob(codec, blob, options, damaged, async (piece, description) => {
        audio.take(piece, description);
        await comparison?.take(piece.rows);
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!isDamage(error)) throw error;
      const { total_samples: total } = attributes;
      failure = { code: errorCode(error)!, where: BLOB_ARRAY, samples: typeof total === 'number' ? total : 0 };
    }
    await comparison?.finish();
    for (const { start, end, error } of damaged) {
      const where = `${BLOB_ARRAY}, bytes ${start} to ${end}`;
      this.#damage.push({ code: errorCode(error)!, where, samples: comparison?.lostSamples.get(error) ?? 0 });
    }
    if (failure) this.#damage.push(failure);
    return scan;
  }

  /** What the attributes say against what the blob says. */
  #compare({ description, summary, damaged }: BlobScan): void {
    const { attributes } = this.#document;
    for (const [key, value] of Object.entries(scannedAttributes(description, summary))) {
      const isOfPackets = ['total_packets', 'total_samples', 'gaps', 'trims'].includes(key);
      // What is missing can't be counted.
      if (isOfPackets && damaged.length > 0) continue;
      const actual = attributes[key];
      if (actual !== undefined && canonicalJson(actual) === canonicalJson(value)) continue;
      this.#damage.push({ code: 'ATTRIBUTE_WRONG', where: `attribute ${key}`, samples: 0 });
    }
  }

  #checkHashes(scan: BlobScan, ...tables: ({ name: string; reader: RowsReader } | undefined)[]): void {
    const { verbatim, source } = this.#document.attributes;
    const sourceSha256 = verbatim === true && isObject(source) ? source.sha256 : undefined;
    const hashes = tables.map((table) => table?.reader.attributes.blob_sha256);
    const known = [sourceSha256, ...hashes].filter((hash) => typeof hash === 'string');
    // The bytes of a chunk that is damaged may hold a page that is too: told once.
    if (scan.damaged.length > 0) return;
    this.#damage.push(...blobRepairs(scan, this.#document.attributes, known).map(inBlob));
    if (sourceSha256 !== undefined && sourceSha256 !== scan.sha256) {
      this.#damage.push({ code: 'BLOB_NOT_SOURCE', where: BLOB_ARRAY, samples: 0 });
    }
    for (const [i, table] of tables.entries()) {
      const isToldAlready = this.#damage.some(
        ({ code, where }) => code === 'INDEX_OTHER_BLOB' && where === table?.name,
      );
      if (!table || isToldAlready || hashes[i] === scan.sha256) continue;
      this.#damage.push({ code: 'INDEX_OTHER_BLOB', where: table.name, samples: 0 });
    }
  }
}

function whereOf(error: unknown): string {
  const { attribute, array, field, key } = error instanceof CodedError ? error.details : {};
  if (array !== undefined) return `${array}: ${field}`;
  return `attribute ${attribute ?? key ?? ''}`.trim();
}
