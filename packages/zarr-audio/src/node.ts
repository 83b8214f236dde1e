export { fileSource } from './file-source';
export { fileStorage } from './storage/file';
