/** A longer value is no text (cover art): the blob keeps it, the attributes stay short. */
const MAX_TAG_LENGTH = 4096;

/** Comments as an attribute: names in lower case, repeated ones joined. The comment of our own is none of the source's. */
export function textTags(comments: readonly { key: string; value: string }[]): Record<string, string> {
  const tags = new Map<string, string>();
  for (const { key, value } of comments) {
    const name = key.toLowerCase();
    const before = tags.get(name);
    const text = before === undefined ? value : `${before}; ${value}`;
    if (text.length <= MAX_TAG_LENGTH && name !== 'zarr_audio_timeline') tags.set(name, text);
  }
  return Object.fromEntries(tags);
}
