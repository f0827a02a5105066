import { createDataSource } from './src/database/data-source.js';

/** For the TypeORM command line: the database of `DATABASE_URL`. The service makes its own from the same definition. */
export default createDataSource(process.env['DATABASE_URL'] ?? 'postgres://127.0.0.1:5432/isthmus');
