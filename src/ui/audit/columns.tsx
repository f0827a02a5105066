import type { AuditView } from '../api/generated.js';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { momentText } from '../shown/times.js';
import type { Column } from '../table/columns.js';
import { actionText, entityText } from './audit-words.js';
import { OpenLine } from './open-line.js';

export const COLUMNS: readonly Column<AuditView>[] = [
  { id: 'at', header: 'When', width: 180, cell: (line) => <OpenLine id={line.id}>{momentText(line.at)}</OpenLine> },
  { id: 'actor', header: 'Who', width: 200, cell: ({ actor }) => actor.name },
  { id: 'action', header: 'Did', width: 140, cell: actionText },
  { id: 'entity', header: 'To', width: 140, cell: entityText },
  { id: 'entityId', header: 'Which', width: 300, cell: ({ entityId }) => entityId },
  { id: 'psaInstanceId', header: 'PSA instance', width: 160, cell: ({ psaInstanceId }) => <PsaInstanceName id={psaInstanceId} /> },
];
