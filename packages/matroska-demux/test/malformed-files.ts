/** In fixtures/. */
export const MALFORMED_FILES = [
  'malformed/block_ends_beyond_cluster.mkv',
  'malformed/blockgroup_block_ends_beyond_blockgroup.mkv',
  'malformed/fixed_lacing_bad_lace_size.mkv',
  'malformed/invalid-discard_on_multi_blocks.webm',
  'malformed/invalid-excess_discard.webm',
  'malformed/invalid-excess_neg_discard.webm',
  'malformed/invalid-neg_discard.webm',
  'malformed/invalid-preskip.webm',
];
