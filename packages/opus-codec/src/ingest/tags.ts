/** A longer value is no text (cover art): the blob keeps it, the attributes stay short. */
const MAX_TAG_LENGTH = 4096;
/** Of all together. */
const MAX_TAGS_LENGTH = 65_536;

/** Comments as an attribute: names in lower case, repeated ones joined. Comments of our own are none of the source's. */
export function textTags(comments: readonly { key: string; value: string }[]): Record<string, string> {
  const tags = new Map<string, string>();
  let length = 0;
  for (const { key, value } of comments) {
    const name = key.toLowerCase();
    const before = tags.get(name);
    const text = before === undefined ? value : `${before}; ${value}`;
    if (text.length > MAX_TAG_LENGTH || name.startsWith('zarr_audio_')) continue;
    length += name.length + value.length + 2;
    if (length > MAX_TAGS_LENGTH) break;
    tags.set(name, text);
  }
  return Object.fromEntries(tags);
}
