import type { Repair } from '@zarr-audio/codec';

/** What to do about a file that can't be imported, where the message does not say it already. */
const ADVICE: Readonly<Record<string, string>> = {
  SOURCE_EMPTY: 'the recorder wrote nothing: get the file again',
  SOURCE_NOT_FOUND: 'check the path',
  SOURCE_NOT_A_FILE: 'name a file',
  SOURCE_UNREADABLE: 'check the rights of the file and its folders',
  SOURCE_UNSUPPORTED: 'convert it to WAV first',
  SOURCE_NO_AUDIO: 'there is nothing to import',
  SOURCE_CHANGED: 'try again when nobody writes to it',
  STREAM_NOT_FOUND: 'leave --stream out to see them all',
  STREAM_OTHER_CODEC: 'extract that stream into a file of its own (ffmpeg -map 0:a:N) and import that',
  OPTIONS_UNUSED: 'leave --bitrate out, or pick a stream that is encoded with --stream',
  TOO_MANY_CHANNELS: 'take --codec flac, or split the channels into several files',
  SAMPLE_RATE_TOO_HIGH:
    'take --codec flac, which keeps all; or --ultrasonic reinterpret (Opus of the same samples, which an export plays slower); ' +
    'or --ultrasonic resample, if everything above 20 kHz may be lost',
  SAMPLE_RATE_TOO_LOW: 'resample it to 8000 Hz first',
  FFMPEG_NO_AUDIO: 'if it should hold audio, another build of ffmpeg may know it',
  FFMPEG_FAILED: 'the file is damaged, or no audio: get it again',
  FFMPEG_TIMEOUT: 'try again when the machine has less to do',
  WAV_BAD_HEADER: 'the header is damaged: get the file again, or mend it',
  WAV_UNSUPPORTED_FORMAT: 'convert it to PCM first (ffmpeg -i in.wav out.wav)',
  WAV_NO_DATA: 'there are no samples in it: get the file again',
  OPUS_NO_STREAM: 'it is damaged before its audio begins, or there is none in it: get the file again',
  OPUS_HEADERS_INCOMPLETE: 'the file is cut before its audio: get it again',
  OPUS_NO_PACKETS: 'there is no audio behind its headers: get the file again',
  OPUS_BAD_HEAD: 'its header is wrong and no player can tell its channels: mux it again from what made it',
  MP4_NO_MOVIE: 'the file was never finished, or is cut: get it again, or mend it with a tool for MP4',
  FLAC_NO_STREAM: 'there is no FLAC in it: get the file again',
  FLAC_NO_FRAMES: 'not one frame of it is sound: get the file again',
  FLAC_NO_STREAMINFO: 'its header is lost and its frames do not tell rate and bits: get the file again',
  FLAC_TOO_MANY_BITS: 'bring it to 24 bits first, or make a FLAC file of it with flac and import that',
  FLAC_RATE_UNSUPPORTED: 'resample it to a rate that FLAC can say',
  OPUS_BAD_FRAMING: 'check --framing: the packets do not stand so',
  OPUS_BAD_DEMO: 'check --framing, or get the file again: it is cut',
};

/** The same, where it is FLAC already that is asked for. */
const FLAC_ADVICE: Readonly<Record<string, string>> = {
  TOO_MANY_CHANNELS: 'split the channels into several files: FLAC holds 8',
  SAMPLE_RATE_TOO_HIGH: 'resample it to 655350 Hz or less first: FLAC can not say more',
};

/** What a repair is, for people. */
const REPAIRS: Readonly<Record<string, string>> = {
  OGG_GARBAGE: 'bytes that are no page',
  OGG_CRC_MISMATCH: 'a page with a wrong checksum was left out',
  OGG_TRUNCATED_PAGE: 'the file ends within a page',
  OGG_BAD_VERSION: 'a page of an unknown version was left out',
  OGG_SEQUENCE_GAP: 'a page is lost, doubled or out of order',
  OGG_PACKET_INCOMPLETE: 'a packet lost a part and was left out',
  OGG_EOS_MISSING: 'the end is not marked: the file may have been cut',
  OPUS_GAP: 'audio is missing; reads give zeros there',
  OPUS_STARTS_LATE: 'it was cut out of a longer stream; nothing is missing',
  OPUS_START_TRIM: 'so much is not heard at its start',
  OPUS_GRANULE_MISSING: 'a time is missing; the packets count',
  OPUS_GRANULE_DECREASED: 'a time goes back; the packets count',
  OPUS_GRANULE_WRONG: 'a time is wrong; the packets count',
  OPUS_TAGS_MISSING: 'it has no tags',
  OPUS_BAD_TAGS: 'its tags are damaged; the audio is not concerned',
  OPUS_BAD_PACKET: 'a packet that no decoder takes was left out',
  OPUS_NO_PACKETS: 'headers without audio behind them were left out',
  OPUS_TIMESTAMP_DECREASED: 'a time goes back; the packets count',
  OPUS_TIMESTAMP_WRONG: 'a time leaps beyond all reason; the packets count',
  OPUS_PACKETS_LOST: 'packets at its end are lost',
  OPUS_TIMELINE_STALE: 'a note of ours in its tags is not of this stream; it is not believed',
  OPUS_TAGS_FULL: 'its tags are full; the last made room for one of ours',
  OPUS_CLOCK_AHEAD: 'the times run ahead of the packets, which count',
  OPUS_CLOCK_BEHIND: 'the times fall behind the packets, which count',
  OPUS_HEAD_MISSING: 'a track without a header: one or two channels, as the track says',
  MATROSKA_TRUNCATED: 'the file ends within an element; what is there is taken',
  MATROSKA_GARBAGE: 'bytes that are no element',
  MATROSKA_CRC_MISMATCH: 'a wrong checksum; what it covers is taken all the same',
  MATROSKA_BAD_BLOCK: 'a block that can not be read was left out',
  MATROSKA_BAD_LACING: 'a block whose packets can not be told apart was left out',
  MATROSKA_CODEC_DELAY_DIFFERS: 'the track gives another pre-skip than the header, which counts',
  MATROSKA_BAD_DISCARD: 'more is to be cut than there is: nothing was cut',
  MP4_TRUNCATED: 'the file ends within a box; what is there is taken',
  MP4_GARBAGE: 'bytes that are no box',
  MP4_SAMPLE_OUTSIDE: 'packets behind the end of the file are lost',
  MP4_TABLE_MISMATCH: 'the tables do not agree in how many packets there are',
  MP4_PRE_SKIP_DIFFERS: 'the edit list begins elsewhere than the pre-skip, and counts',
  FLAC_GARBAGE: 'bytes that are no frame',
  FLAC_SECOND_FILE: 'another file begins behind the frames, and was left out: split them to import it, too',
  FLAC_TRUNCATED: 'the file ends within a frame',
  FLAC_FRAME_DAMAGED: 'a frame with a wrong checksum, or none that can be decoded, was left out',
  FLAC_GAP: 'audio is missing; reads give zeros there',
  FLAC_STARTS_LATE: 'it was cut out of a longer stream; nothing is missing',
  FLAC_NUMBER_WRONG: 'the number of a frame is wrong; it is taken for the next',
  FLAC_FORMAT_CHANGED: 'frames of another format were left out',
  FLAC_TOTAL_WRONG: 'its header says another length; the frames count',
  FLAC_STREAMINFO_MISSING: 'its header is lost; the frames tell',
  FLAC_STREAMINFO_NOT_FIRST: 'another block is in front of its header',
  FLAC_BAD_STREAMINFO: 'its header can not be read; the frames tell',
  FLAC_BAD_METADATA: 'its metadata lead nowhere; the audio is not concerned',
  FLAC_BAD_COMMENTS: 'its tags are damaged; the audio is not concerned',
  FLAC_METADATA_TOO_LARGE: 'metadata over 32 MiB was left out',
  WAV_DATA_TRUNCATED: 'the file ends before its header says; what is there is taken',
  WAV_PARTIAL_FRAME: 'the file ends within a frame',
  WAV_TRAILING_BYTES: 'bytes behind the file are left out',
  WAV_SIZE_UNKNOWN: 'its header leaves its length open; all up to the end of the file is taken',
  WAV_FORMAT_INCONSISTENT: 'its header says how long a frame is in two ways; channels and bits count',
  WAV_SIZE_WRAPPED: 'it is too long for its header; all up to the end of the file is taken',
  WAV_SECOND_DATA: 'there are samples once more behind the first; they were left out',
  WAV_CHUNK_TRUNCATED: 'the file ends within a chunk beside the audio; what is there is kept',
  WAV_CHUNK_SKIPPED: 'a chunk beside the audio is too large to be kept; the audio is not concerned',
  WAV_BAD_INFO: 'a text in it claims to be longer than it can be; the audio is not concerned',
  WAV_SAMPLES_RIGHT_ALIGNED: 'samples lie at the other end of their bytes',
  PCM_CLIPPED: 'samples beyond full scale were cut to it',
  PCM_ULTRASOUND_LOST:
    'everything above 20 kHz is lost; --codec flac keeps it, and --ultrasonic reinterpret most of it',
  FFMPEG_STREAM_SKIPPED: 'ffmpeg can not decode one of its streams',
  FFMPEG_REPORTED_ERRORS: 'ffmpeg complained and went on: parts may be missing or wrong',
  FFMPEG_DELAY_UNKNOWN: 'its codec delays the sound and it does not say by how much: the start may be a little late',
  FFMPEG_STARTS_LATE: 'it begins behind the first stream of its file; no silence was put there',
  FFMPEG_SHORTER_THAN_STATED: 'it is shorter than it says: cut, with holes, or it says so wrongly',
  FFMPEG_LONGER_THAN_STATED: 'it is longer than it says; all that is there is taken',
  REPAIRS_OMITTED: 'there are more than can be listed',
};

/** Undefined where there is nothing to say beyond the message. */
/** @param codec  That was asked for. */
export const adviceFor = (code: string, codec?: string): string | undefined =>
  (codec === 'flac' ? FLAC_ADVICE[code] : undefined) ?? ADVICE[code];

/** Undefined for a code that speaks for itself. */
export const repairMeaning = (code: string): string | undefined => REPAIRS[code];

/** What was done about a fault, for people. */
export function repairText(repair: Repair): string {
  return lossText(repair) ?? `repaired ${repair.code} at byte ${repair.byteOffset}${detailText(repair)}`;
}

/** The same where nothing was done yet. */
export function faultText(repair: Repair): string {
  return lossText(repair) ?? `wrong at byte ${repair.byteOffset}: ${repair.code}${detailText(repair)}`;
}

/** What an encoder can't hold is no fault, and stands nowhere in the file. */
function lossText(repair: Repair): string | undefined {
  return repair.code.startsWith('PCM_') ? `lost: ${repair.code}${detailText(repair)}` : undefined;
}

function detailText({ code, samples }: Repair): string {
  const extent = samples === 0 ? '' : ` (${samples} samples)`;
  const meaning = repairMeaning(code);
  return meaning === undefined ? extent : `${extent}: ${meaning}`;
}

/** All codes that are told of, for the test that they exist. */
export const KNOWN_CODES: readonly string[] = [...Object.keys(ADVICE), ...Object.keys(REPAIRS)];
