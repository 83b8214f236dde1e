export { IndexError } from './errors';
export { checkPacketRows } from './packet-check';
export { PacketRows } from './packet-rows';
export { findPackets, type PacketColumns, readPackets } from './packet-search';
export { RowBuilder } from './row-builder';
export { type ChunkRows, findRow, lastAtMost, type RowChunks, readRows, rowsOfColumns } from './row-chunks';
