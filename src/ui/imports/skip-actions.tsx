import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { ImportView, SkipView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { REASONS } from './import-words.js';

/** A question that is asked before something is done about a skip. */
export type Question = 'adopt' | 'create' | 'ask';

const DECIDED: Record<NonNullable<SkipView['decided']>, string> = {
  mapped: 'Mapped since',
  ignored: 'Ignored since',
  linked: 'Adopted',
  create_anyway: 'Will be created',
};

/** What can be done about one skip; or what was decided about it, which the next import goes by. */
export function SkipActions({ skip, row, onAsk }: { skip: SkipView; row: ImportView; onAsk: (question: Question) => void }) {
  const mayDecide = useMay('operator');
  const { reason, decided, customerId, psaId } = skip;
  const { remedy } = REASONS[reason];
  const about = aboutText(skip);
  if (decided !== undefined) return <Text size="sm">{DECIDED[decided]}</Text>;
  if (remedy === 'map' && customerId !== undefined) {
    return (
      <To href={`/tenants/${row.tenantId}/mapping?customer=${encodeURIComponent(customerId)}`} about={about}>
        {mayDecide ? 'Map it' : 'Mapping'}
      </To>
    );
  }
  if (remedy === 'link' && mayDecide) {
    return (
      <Group gap={6} wrap="nowrap">
        <Act about={about} onClick={() => onAsk('adopt')}>
          {reason === 'deleted_in_psa' || psaId === undefined ? 'Adopt another …' : 'Adopt …'}
        </Act>
        <Act about={about} onClick={() => onAsk('create')}>
          {reason === 'deleted_in_psa' ? 'Create again …' : 'Create anyway …'}
        </Act>
      </Group>
    );
  }
  if (remedy === 'ask') {
    return (
      <Act about={about} onClick={() => onAsk('ask')}>
        Ask Ingram …
      </Act>
    );
  }
  if (remedy === 'failed')
    return (
      <To href={`/imports/${row.id}?state=failed`} about={about}>
        See why
      </To>
    );
  if (remedy === 'settings')
    return (
      <To href={`/tenants/${row.tenantId}#subscription-imports`} about={about}>
        Settings
      </To>
    );
  return null;
}

/** What a skip is about, for screen readers: buttons of one name stand in every row. */
function aboutText({ entity, marketplaceId, customerName }: SkipView): string {
  const what = `${entity === 'customer' ? 'customer' : 'subscription'} ${marketplaceId}`;
  return customerName === undefined ? what : `${what} of ${customerName}`;
}

function Act({ about, onClick, children }: { about: string; onClick: () => void; children: string }) {
  return (
    <Button size="compact-xs" variant="default" onClick={onClick} aria-label={`${children} ${about}`}>
      {children}
    </Button>
  );
}

function To({ href, about, children }: { href: string; about: string; children: string }) {
  return (
    <Anchor component={Link} href={href} size="sm" aria-label={`${children}: ${about}`}>
      {children}
    </Anchor>
  );
}
