import type { CodecRegistry, JsonObject, TaskRunner } from '@zarr-audio/codec';
import type { ArrayLayout } from '../arrays/index';
import { StoreError } from '../errors';
import { createJson, encodeJson, isObject, readJson } from '../json-file';
import type { DamagedBytes } from '../read/blob-damage';
import { IndexWriter } from '../recording/index-writer';
import { scannedAttributes } from '../recording/recording-attributes';
import { requireUntouched } from '../recording/untouched-files';
import type { StorageKey, WritableStorage } from '../storage/storage';
import {
  BLOB_ARRAY,
  groupDocument,
  indexArrayName,
  metadataKey,
  recordingPath,
  seekPointsArrayName,
  temporaryPath,
} from '../store-layout';
import { type BlobScan, type Progress, scanBlob } from './blob-scan';
import { blobRepairs, type Damage, inBlob, knownRepairs } from './damage';
import { openStoredBlob, type RecordingDocument, readRecordingDocument } from './recording-document';

export interface ReindexOptions {
  /** Measure seek points (the default), or lay a fixed grid. */
  readonly seekPoints?: 'measure' | 'grid';
  /** Index what is left of a blob that is damaged. */
  readonly force?: boolean;
  /** Rows in a chunk of the new arrays. */
  readonly layout?: Pick<ArrayLayout, 'chunkRows'>;
  /** Where work is done that other threads can share. Default: where the store does it. */
  readonly tasks?: TaskRunner | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ReindexResult {
  readonly id: string;
  readonly packets: number;
  /** Per channel. */
  readonly totalSamples: number;
  /** Rows of seek points; null for a codec that has none. */
  readonly seekPoints: number | null;
  /** What is wrong with the blob: nothing, unless `force` was asked for. */
  readonly damage: readonly Damage[];
}

/**
 * Makes the index and the seek points of a recording again, from its blob alone, and puts them in the place of those that
 * it has: in one step, so whoever opens the recording sees the old ones or the new ones, also after a crash. The old arrays
 * stay where they are, for those who read by them.
 *
 * Attributes that the blob tells (packets, samples, gaps, trims, channels, pre-skip, ...) are set to what it tells; all others
 * stay as they are.
 *
 * A blob that is damaged is refused: an index that leaves out what is damaged would hide that it could be restored. With
 * `force` what is left is indexed, the rest becomes gaps, and both are told in the attribute `repairs`.
 *
 * @throws {StoreError} `RECORDING_NOT_FOUND`, `METADATA_DAMAGED`, `RECORDING_BAD_ATTRIBUTES`, `ARRAY_BAD_METADATA`;
 *   `BLOB_DAMAGED`, with `damage`; `SEEK_POINTS_NOT_MEASURED`; `STORE_NOT_WRITABLE`; `STORE_TMP_REMOVED`; and what the codec throws of a blob without a packet. Nothing has
 *   changed then.
 */
export async function reindexRecording(
  storage: WritableStorage,
  codecs: CodecRegistry,
  id: string,
  options: ReindexOptions = {},
): Promise<ReindexResult> {
  if (typeof storage.set !== 'function') {
    const message = `${storage.description} can only be read: rebuild the index where the store lies`;
    throw new StoreError('STORE_NOT_WRITABLE', message, { store: storage.description });
  }
  const document = await readRecordingDocument(storage, id, codecs, options);
  const stored = await openStoredBlob(storage, document, options);
  const rebuild = new Rebuild(storage, document, options);
  try {
    const scan = await rebuild.scan(stored.blob);
    return await rebuild.commit(scan, stored.document);
  } finally {
    await rebuild.close();
  }
}

/** New arrays of one recording: written aside, moved into it, and then named by it. */
class Rebuild {
  readonly #storage: WritableStorage;
  readonly #document: RecordingDocument;
  readonly #options: ReindexOptions;
  readonly #folder: StorageKey;
  readonly #writer: IndexWriter;
  readonly #moved: StorageKey[] = [];

  constructor(storage: WritableStorage, document: RecordingDocument, options: ReindexOptions) {
    this.#storage = storage;
    this.#document = document;
    this.#options = options;
    const name = crypto.randomUUID();
    this.#folder = temporaryPath(name);
    // Nobody else has this name: neither another rebuild at the same time, nor one that never came to its end.
    const suffix = name.replaceAll('-', '').slice(0, 12);
    const { codec } = document;
    const names = {
      index: `${indexArrayName(codec.id)}_${suffix}`,
      seekPoints: `${seekPointsArrayName(codec.id)}_${suffix}`,
    };
    this.#writer = new IndexWriter(storage, this.#folder, codec, names, options.layout ?? {});
  }

  async scan(blob: Parameters<typeof scanBlob>[1]): Promise<BlobScan> {
    const { tasks, signal, seekPoints = 'measure', onProgress } = this.#options;
    const damaged: DamagedBytes[] = [];
    const options = { tasks, signal, seekPoints, onProgress };
    const scan = await scanBlob(this.#document.codec, blob, options, damaged, ({ rows, seekRows }) =>
      this.#writer.write(rows, seekRows),
    );
    await this.#writer.finish();
    return scan;
  }

  async commit(scan: BlobScan, blobDocument: JsonObject): Promise<ReindexResult> {
    const { id, attributes, arrays, group } = this.#document;
    const sourceSha256 = sourceHash(attributes);
    const knownSha256 = sourceSha256 ?? knownHash(this.#document);
    const repairs = blobRepairs(scan, attributes, [knownSha256]);
    const isSource = sourceSha256 === undefined || sourceSha256 === scan.sha256;
    const damage = repairs.map(inBlob);
    if (!isSource && damage.length === 0) damage.push({ code: 'BLOB_NOT_SOURCE', where: BLOB_ARRAY, samples: 0 });
    if (damage.length > 0 && !this.#options.force) throw blobDamaged(id, damage);

    const { summary, description } = scan;
    this.#checkMeasured(scan);
    const isWhole = scan.damaged.length === 0;
    // Bytes that are damaged can come back: they are part of the blob that the rows are of.
    const blobSha256 = isWhole ? scan.sha256 : (knownSha256 ?? scan.sha256);
    const documents = this.#writer.documents(blobSha256, summary);
    await this.#moveIn(documents);
    const { index, seekPoints } = this.#writer.names;
    const known = Array.isArray(attributes.repairs) ? knownRepairs(attributes.repairs) : summary.repairs;
    const all = [...known, ...repairs];
    const newAttributes: JsonObject = {
      // What only an import knows of it, unless that is gone.
      sample_rate: description.sampleRate,
      original_sample_rate: description.originalSampleRate,
      ...attributes,
      ...scannedAttributes(description, summary),
      repairs: all.map(({ code, byteOffset, samples }) => ({ code, byteOffset, samples })),
      index_arrays: { index, seek_points: seekPoints },
      ...(isWhole && !isSource ? { verbatim: false } : {}),
    };
    const others = Object.entries(arrays).filter(([name]) => !this.#isOfIndex(name)) as [string, JsonObject][];
    const kept = { ...Object.fromEntries(others), [BLOB_ARRAY]: blobDocument, ...documents };
    await this.#name({ ...group, ...groupDocument(newAttributes, kept) });
    const { packets, totalSamples } = summary;
    return { id, packets, totalSamples, seekPoints: this.#writer.seekPoints, damage };
  }

  /** A grid in the place of what was measured would change what reads give: that has to be asked for. */
  #checkMeasured({ summary }: BlobScan): void {
    const { id, attributes, arrays } = this.#document;
    const names = isObject(attributes.index_arrays) ? attributes.index_arrays : {};
    const present = arrays[String(names.seek_points)];
    const before = isObject(present) && isObject(present.attributes) ? present.attributes.measured_by : undefined;
    const isAsked = this.#options.seekPoints === 'grid';
    if (isAsked || before === undefined || summary.seekPointAttributes?.measured_by !== undefined) return;
    const message =
      `recording ${id}: no decoder here could measure seek points like those that it has (by ${before}): ` +
      'reindex it where that decoder runs, or lay a grid (--no-seek-points), with which reads give other samples';
    throw new StoreError('SEEK_POINTS_NOT_MEASURED', message, { recording: id, measuredBy: before });
  }

  /** Removes what lies aside; after a failure, what had been moved in as well. */
  async close(): Promise<void> {
    await this.#writer.abort();
    await Promise.allSettled([this.#folder, ...this.#moved].map((key) => this.#storage.remove(key)));
  }

  async #moveIn(documents: Readonly<Record<string, JsonObject>>): Promise<void> {
    this.#options.signal?.throwIfAborted();
    for (const [name, document] of Object.entries(documents)) {
      await createJson(this.#storage, metadataKey(`${this.#folder}/${name}`), document);
    }
    await requireUntouched(this.#storage, this.#folder, Object.keys(documents));
    for (const name of Object.keys(documents)) {
      const target: StorageKey = `${recordingPath(this.#document.id)}/${name}`;
      if (!(await this.#storage.rename(`${this.#folder}/${name}`, target))) {
        throw new StoreError('STORE_EXISTS', `${target} exists already`, { key: target });
      }
      this.#moved.push(target);
    }
  }

  /** The step with which the new arrays are in force. */
  async #name(group: JsonObject): Promise<void> {
    const key = metadataKey(recordingPath(this.#document.id));
    const bytes = encodeJson(group);
    try {
      await this.#storage.set(key, bytes);
    } catch (error) {
      // The document may have been replaced all the same: arrays that it names must stay.
      const now = await readJson(this.#storage, key).catch(() => undefined);
      const isOld = now !== undefined && JSON.stringify(now) !== JSON.stringify(group);
      if (!isOld) this.#moved.length = 0;
      throw error;
    }
    this.#moved.length = 0;
  }

  /** An array that this rebuild replaces, or one before it did. */
  #isOfIndex(name: string): boolean {
    const { id } = this.#document.codec;
    return [indexArrayName(id), seekPointsArrayName(id)].some((base) => name === base || name.startsWith(`${base}_`));
  }
}

/** SHA-256 of the source, where the blob is the source. */
function sourceHash({ verbatim, source }: JsonObject): string | undefined {
  const hash = verbatim === true && (source as JsonObject | undefined)?.sha256;
  return typeof hash === 'string' ? hash : undefined;
}

/** SHA-256 of the blob, as the arrays in force have it. */
function knownHash({ attributes, arrays }: RecordingDocument): string | undefined {
  const names = attributes.index_arrays as JsonObject | null | undefined;
  const index = arrays[String(names?.index)] as JsonObject | undefined;
  const hash = (index?.attributes as JsonObject | undefined)?.blob_sha256;
  return typeof hash === 'string' ? hash : undefined;
}

function blobDamaged(id: string, damage: readonly Damage[]): StoreError {
  const [first] = damage;
  const more = damage.length > 1 ? `, and ${damage.length - 1} more` : '';
  return new StoreError(
    'BLOB_DAMAGED',
    `the blob of recording ${id} is damaged (${first!.code}: ${first!.where}${more}): restore it, or rebuild the index of ` +
      'what is left with the option force',
    { recording: id, damage },
  );
}
