import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { readFieldMetadata } from '@zarr-audio/field-metadata';
import type { SourceDescription, SourceFacts } from 'zarr-audio';
import { printable } from './output';

/** What the recorder wrote, for the attributes of a recording; no `field` where nothing but the audio itself says anything. */
export function describeField(facts: SourceFacts): SourceDescription {
  const field = readFieldMetadata(facts);
  const { contradictions, refused, ...attributes } = field;
  const isSaid = refused.length > 0 || Object.values(attributes).some(({ from }) => from !== 'audio');
  return { startTime: field.startTime?.value, field: isSaid ? field : undefined };
}

/** Of a line. */
const MAX_CHARS = 400;

/** Of `field` of a recording, which anybody may have written: what its sources don't agree about, a line each. */
export function contradictionLines(field: JsonObject | null): string[] {
  return entries(field?.contradictions).map(({ field, values }) => {
    const said = entries(values).map(({ value, from }) => `${JSON.stringify(value)} (${from})`);
    return printable(`contradictory ${field}: ${said.join(', ')}`, MAX_CHARS);
  });
}

function entries(value: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry): entry is JsonObject => typeof entry === 'object' && entry !== null);
}
