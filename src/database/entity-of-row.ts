import type { DataSource, ObjectLiteral, ObjectType } from 'typeorm';

/** The columns of an entity's table `from`, each named with the prefix, to be selected. */
export function columnsOf<T extends ObjectLiteral>(dataSource: DataSource, entity: ObjectType<T>, from: string, prefix: string): string {
  const { columns } = dataSource.getMetadata(entity);
  return columns.map(({ databaseName }) => `${from}."${databaseName}" AS "${prefix}${databaseName}"`).join(', ');
}

/** An entity from a row as the database gives it, whose columns have their own names or, before these, a prefix. */
export function entityOfRow<T extends ObjectLiteral>(
  dataSource: DataSource,
  entity: ObjectType<T>,
  row: Readonly<Record<string, unknown>>,
  prefix = '',
): T {
  const { driver } = dataSource;
  const metadata = dataSource.getMetadata(entity);
  const made = metadata.create() as T;
  for (const column of metadata.columns)
    column.setEntityValue(made, driver.prepareHydratedValue(row[`${prefix}${column.databaseName}`], column));
  return made;
}
