import type { Element } from './element';
import { ID } from './ids';

export interface MatroskaTag {
  /** Of the tracks that it speaks of; empty: of the whole file. */
  readonly trackUids: readonly bigint[];
  /** Of a tag within a tag: `ARTIST/SORT_WITH`. */
  readonly name: string;
  readonly value: string;
  readonly language?: string;
}

export interface TagLimits {
  readonly maxTags: number;
  readonly maxUids: number;
}

/** Tags within tags. */
const MAX_DEPTH = 8;

/** Of the name that tags within a tag begin with: each of them has it. */
const MAX_PARENT_NAME_LENGTH = 1024;

/**
 * Tags with a text. Those of chapters, editions and attachments are left out.
 *
 *     Tags 1254C367
 *       Tag 7373
 *         Targets 63C0: TagTrackUID 63C5 (0: all tracks), TagEditionUID, TagChapterUID, TagAttachmentUID
 *         SimpleTag 67C8: TagName 45A3, TagString 4487, TagLanguage 447A, TagLanguageBCP47 447B, SimpleTag
 *
 * @see RFC 9559 §5.1.8
 */
export function readTags(element: Element, { maxTags, maxUids }: TagLimits): MatroskaTag[] {
  const tags: MatroskaTag[] = [];
  for (const tag of element.children()) {
    if (tag.id !== ID.TAG) continue;
    const trackUids = readTargets(tag, maxUids);
    if (!trackUids) continue;
    for (const child of tag.children()) {
      if (child.id === ID.SIMPLE_TAG) readSimpleTag(child, '', 1, trackUids, tags);
      if (tags.length <= maxTags) continue;
      element.damage('MATROSKA_TOO_MANY_TAGS', `more than ${maxTags} tags`, { expected: maxTags });
      return tags.slice(0, maxTags);
    }
  }
  return tags;
}

/** Undefined if the tag speaks of neither the file nor tracks. */
function readTargets(tag: Element, maxUids: number): bigint[] | undefined {
  const uids: bigint[] = [];
  let ofOthers = false;
  for (const targets of tag.children()) {
    if (targets.id !== ID.TARGETS) continue;
    for (const { id, uid } of targetUids(targets)) {
      // A UID of 0 means all of them.
      if (uid === undefined || uid === 0n) continue;
      if (id !== ID.TAG_TRACK_UID) ofOthers = true;
      else if (uids.length < maxUids) uids.push(uid);
    }
  }
  return ofOthers && uids.length === 0 ? undefined : uids;
}

function* targetUids(targets: Element): Generator<{ id: number; uid: bigint | undefined }> {
  const kinds: number[] = [ID.TAG_TRACK_UID, ID.TAG_EDITION_UID, ID.TAG_CHAPTER_UID, ID.TAG_ATTACHMENT_UID];
  for (const child of targets.children()) if (kinds.includes(child.id)) yield { id: child.id, uid: child.bigUint() };
}

function readSimpleTag(
  element: Element,
  parent: string,
  depth: number,
  trackUids: bigint[],
  tags: MatroskaTag[],
): void {
  if (depth > MAX_DEPTH) {
    element.damage('MATROSKA_TOO_DEEP', `tags within tags, more than ${MAX_DEPTH} deep`, { expected: MAX_DEPTH });
    return;
  }
  let name = '';
  let value: string | undefined;
  let language: string | undefined;
  let bcp47: string | undefined;
  const nested: Element[] = [];
  for (const child of element.children()) {
    if (child.id === ID.TAG_NAME) name = parent + child.text();
    else if (child.id === ID.TAG_STRING) value = child.text();
    else if (child.id === ID.TAG_LANGUAGE) language = child.text();
    else if (child.id === ID.TAG_LANGUAGE_BCP47) bcp47 = child.text();
    else if (child.id === ID.SIMPLE_TAG) nested.push(child);
  }
  const said = bcp47 ?? language;
  if (value !== undefined) tags.push({ trackUids, name, value, ...(said === undefined ? {} : { language: said }) });
  if (nested.length > 0 && name.length > MAX_PARENT_NAME_LENGTH) {
    const details = { expected: MAX_PARENT_NAME_LENGTH, actual: name.length };
    element.damage('MATROSKA_TOO_DEEP', 'tags within a tag of too long a name', details);
    return;
  }
  for (const child of nested) readSimpleTag(child, `${name}/`, depth + 1, trackUids, tags);
}
