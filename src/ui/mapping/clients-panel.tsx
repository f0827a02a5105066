import { Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { GripIcon, SearchIcon } from '../shown/icons.js';
import { Read } from '../states/read.js';
import { ClientLine } from './client-line.js';
import { dragClient } from './dragged-client.js';
import classes from './mapping.module.css';
import { clientsQuery } from './queries.js';

/** HaloPSA's clients, to be dragged onto customers. They stay here however often they are used. */
export function ClientsPanel({ psaInstanceId }: { psaInstanceId: string }) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 250);
  const clients = useQuery(clientsQuery(psaInstanceId, search));
  return (
    <Paper p="sm" component="section" aria-labelledby="clients-title" className={classes.clients!}>
      <Stack gap="xs" h="100%">
        <Title order={2} id="clients-title">
          Clients in HaloPSA
        </Title>
        <TextInput
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          leftSection={<SearchIcon />}
          placeholder="Find a client"
          aria-label="Find a client in HaloPSA"
        />
        <Text size="xs" c="dimmed">
          Drag one onto a customer, or choose it in the customer’s row.
        </Text>
        <Read query={clients}>
          {(found) =>
            found.length === 0 ? (
              <Text size="sm">HaloPSA has no such client.</Text>
            ) : (
              <div className={classes.list} role="region" aria-label="Clients found" tabIndex={0}>
                <ul className={classes.plain} aria-label="Clients in HaloPSA">
                  {found.map((client) => (
                    <li
                      key={client.clientId}
                      draggable
                      onDragStart={(event) => dragClient(event, psaInstanceId, client)}
                      className={classes.client}
                    >
                      <GripIcon />
                      <ClientLine client={client} />
                    </li>
                  ))}
                </ul>
              </div>
            )
          }
        </Read>
        {clients.data?.length === 50 && (
          <Text size="xs" c="dimmed">
            The first 50. Type a part of the name to find others.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
