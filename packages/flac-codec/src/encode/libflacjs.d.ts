/** What libflacjs says of itself can't be imported without its own loader. */
declare module 'libflacjs/dist/libflac.js' {
  const library: import('./libflac').LibFlac;
  export = library;
}
