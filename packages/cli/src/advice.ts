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
  TOO_MANY_CHANNELS: 'split the channels into files of one or two',
  SAMPLE_RATE_TOO_HIGH: 'resample it to 48000 Hz first if its ultrasound may be lost',
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
  OPUS_BAD_FRAMING: 'check --framing: the packets do not stand so',
  OPUS_BAD_DEMO: 'check --framing, or get the file again: it is cut',
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
  WAV_DATA_TRUNCATED: 'the file ends before its header says; what is there is taken',
  WAV_PARTIAL_FRAME: 'the file ends within a frame',
  WAV_TRAILING_BYTES: 'bytes behind the file are left out',
  WAV_SAMPLES_RIGHT_ALIGNED: 'samples lie at the other end of their bytes',
  FFMPEG_STREAM_SKIPPED: 'ffmpeg can not decode one of its streams',
};

/** Undefined where there is nothing to say beyond the message. */
export const adviceFor = (code: string): string | undefined => ADVICE[code];

/** Undefined for a code that speaks for itself. */
export const repairMeaning = (code: string): string | undefined => REPAIRS[code];

/** All codes that are told of, for the test that they exist. */
export const KNOWN_CODES: readonly string[] = [...Object.keys(ADVICE), ...Object.keys(REPAIRS)];
