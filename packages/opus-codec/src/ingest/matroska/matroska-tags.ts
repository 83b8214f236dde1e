import type { MatroskaSegment, MatroskaTag, MatroskaTrack } from '@zarr-audio/matroska-demux';

/** What a file says of one of its tracks, as comments. Names are kept. */
export function matroskaComments(
  segment: MatroskaSegment | undefined,
  track: MatroskaTrack,
  tags: readonly MatroskaTag[],
): { key: string; value: string }[] {
  const own = tags.filter(
    ({ trackUids }) => trackUids.length === 0 || (track.uid !== undefined && trackUids.includes(track.uid)),
  );
  const comments = own.map(({ name, value }) => ({ key: name, value }));
  const has = (name: string) => comments.some(({ key }) => key.toUpperCase() === name);
  if (segment?.title && !has('TITLE')) comments.unshift({ key: 'TITLE', value: segment.title });
  if (segment?.dateUtc && !has('DATE')) comments.push({ key: 'DATE', value: segment.dateUtc });
  return comments;
}
