import { ActionIcon, Badge, Button, Checkbox, Group, Menu, Text, Tooltip } from '@mantine/core';
import { memo, useState } from 'react';
import type { ClientView, CustomerView } from '../api/generated.js';
import { DownIcon } from '../shown/icons.js';
import { counted } from '../shown/numbers.js';
import { ClientPicker } from './client-picker.js';
import { droppedClient, isClient } from './dragged-client.js';
import classes from './mapping.module.css';
import { MAPPING_STATES } from './mapping-states.js';
import { acceptance, type Word } from './use-steps.js';

/** What somebody says of a customer. These stay the same functions, so that rows are rendered again only when they change. */
export interface Acts {
  choose: (customer: CustomerView, chosen: boolean) => void;
  say: (customerId: string, word: Word, client?: ClientView) => void;
  ignore: (customerId: string) => void;
  remove: (mappingId: string) => void;
}

export interface CustomerRowProps {
  customer: CustomerView;
  psaInstanceId: string;
  mayMap: boolean;
  chosen: boolean;
  acts: Acts;
  /** Its place in the list, how long that is, and how far below its top, in pixels. */
  index: number;
  total: number;
  top: number;
}

/** One customer: what it is, and everything that can be said of it. A client can be dropped on it. */
export const CustomerRow = memo(function CustomerRow(props: CustomerRowProps) {
  const { customer, psaInstanceId, mayMap, chosen, acts, index, total, top } = props;
  const [over, setOver] = useState(false);
  const { name, customerId, mapping, subscriptions } = customer;
  const state = mapping?.state ?? 'unmapped';
  const { label, color, says } = MAPPING_STATES[state];
  const say = (word: Word, client?: ClientView): void => acts.say(customerId, word, client);
  const map = (client: ClientView): void => say({ clientId: client.clientId }, client);
  return (
    <li
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      data-over={over || undefined}
      aria-setsize={total}
      aria-posinset={index + 1}
      onDragOver={(event) => {
        if (!mayMap || !isClient(event, psaInstanceId)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'link';
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const client = droppedClient(event, psaInstanceId);
        if (client) map(client);
      }}
    >
      <Checkbox
        aria-label={`Choose ${name}`}
        checked={chosen}
        disabled={!mayMap}
        onChange={(event) => acts.choose(customer, event.currentTarget.checked)}
      />
      <div style={{ minWidth: 0 }}>
        <Group gap="xs" wrap="nowrap">
          <Text fw={600} size="sm" truncate>
            {name}
          </Text>
          <Tooltip label={says}>
            <Badge variant="light" color={color} style={{ flexShrink: 0 }}>
              {label}
            </Badge>
          </Tooltip>
        </Group>
        <Text size="xs" c="dimmed" truncate>
          {customerId} · {counted(subscriptions, 'subscription')}
          {whatItIs(customer)}
          {mapping?.note ? ` · “${mapping.note}”` : ''}
        </Text>
      </div>
      {mayMap && (
        <Group gap={6} wrap="nowrap">
          {state === 'suggested' && mapping?.clientId && (
            <Button
              size="compact-sm"
              onClick={() => say(acceptance([customer]))}
              aria-label={`Accept ${mapping.clientName ?? mapping.clientId} for ${name}`}
            >
              Accept
            </Button>
          )}
          <ClientPicker
            psaInstanceId={psaInstanceId}
            label={
              state === 'mapped' && mapping?.clientId ? 'Change' : state === 'suggested' && mapping?.clientId ? 'Other' : 'Choose client'
            }
            about={name}
            like={name.split(/\s+/)[0] ?? ''}
            onPick={map}
          />
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="default" aria-label={`More for ${name}`}>
                <DownIcon />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {state === 'ambiguous' &&
                mapping?.candidates.map((clientId) => (
                  <Menu.Item key={clientId} onClick={() => say({ clientId })}>
                    It is client {clientId}
                  </Menu.Item>
                ))}
              <Menu.Item onClick={() => say({ createClient: true })}>Create a client for it</Menu.Item>
              <Menu.Item onClick={() => acts.ignore(customerId)}>Ignore it …</Menu.Item>
              {mapping && (state === 'mapped' || state === 'ignored') && (
                <Menu.Item onClick={() => acts.remove(mapping.id)}>
                  {state === 'ignored' ? 'Do not ignore it any more' : 'Remove the mapping'}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      )}
    </li>
  );
});

function whatItIs({ mapping }: CustomerView): string {
  if (!mapping) return '';
  const { state, clientId, clientName, candidates } = mapping;
  const client = clientId === null ? undefined : `${clientName ?? 'client'} (${clientId})`;
  if (state === 'mapped') return client ? ` · is ${client}` : ' · the next import creates its client';
  if (state === 'suggested' && client) return ` · perhaps ${client}`;
  if (state === 'broken' && client) return ` · was ${client}`;
  return candidates.length > 0 ? ` · perhaps client ${candidates.join(', ')}` : '';
}
