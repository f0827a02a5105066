/** The database cannot be reached or cannot be used; the message says what to do. The process exits with 69. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}
