import type { Element } from './element';
import { ID } from './ids';

/** Versions of EBML and of Matroska that this reads (RFC 8794, RFC 9559). */
const EBML_READ_VERSION = 1;
const DOC_TYPE_READ_VERSION = 4;

export function isKnownDocType(docType: string): boolean {
  return docType === 'webm' || docType === 'matroska';
}

/**
 *     EBML 1A45DFA3
 *       EBMLReadVersion 42F7, EBMLMaxIDLength 42F2, EBMLMaxSizeLength 42F3
 *       DocType 4282, DocTypeReadVersion 4285
 *
 * @returns The DocType, `matroska` where it stands nowhere.
 * @see RFC 8794 §11.2
 */
export function readEbmlHeader(element: Element): string {
  let docType = 'matroska';
  for (const child of element.children()) {
    if (child.id === ID.DOC_TYPE) docType = child.text();
    else if (child.id === ID.EBML_READ_VERSION) check(child, 'EBMLReadVersion', EBML_READ_VERSION);
    else if (child.id === ID.DOC_TYPE_READ_VERSION) check(child, 'DocTypeReadVersion', DOC_TYPE_READ_VERSION);
    else if (child.id === ID.EBML_MAX_ID_LENGTH) check(child, 'EBMLMaxIDLength', 4);
    else if (child.id === ID.EBML_MAX_SIZE_LENGTH) check(child, 'EBMLMaxSizeLength', 8);
  }
  if (!isKnownDocType(docType)) {
    element.damage('MATROSKA_UNKNOWN_DOC_TYPE', `DocType ${JSON.stringify(docType.slice(0, 100))}`);
  }
  return docType;
}

function check(child: Element, name: string, expected: number): void {
  const actual = child.uint();
  if (actual === undefined || actual <= expected) return;
  child.damage('MATROSKA_UNSUPPORTED_VERSION', `${name} is ${actual}`, { expected, actual });
}
