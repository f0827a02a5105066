import { Button, Combobox, Text, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClientView } from '../api/generated.js';
import { DownIcon } from '../shown/icons.js';
import { ClientLine } from './client-line.js';
import { clientsQuery } from './queries.js';

/** A button that finds a client of HaloPSA by typing, and gives the one chosen. It begins with what resembles `like`. */
export function ClientPicker({
  psaInstanceId,
  label,
  about,
  like = '',
  onPick,
  disabled = false,
}: {
  psaInstanceId: string;
  label: string;
  /** Whom it is chosen for, for screen readers. */
  about: string;
  like?: string;
  onPick: (client: ClientView) => void;
  disabled?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(like);
  const [search] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({ ...clientsQuery(psaInstanceId, search), enabled: open });
  const combobox = useCombobox({
    onDropdownOpen: () => {
      setOpen(true);
      combobox.focusSearchInput();
    },
    onDropdownClose: () => {
      setOpen(false);
      combobox.resetSelectedOption();
      combobox.focusTarget();
    },
  });
  const clients = found.data ?? [];
  const pick = (clientId: string): void => {
    const client = clients.find((one) => one.clientId === clientId);
    combobox.closeDropdown();
    if (client) onPick(client);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={pick} width={340} position="bottom-end" withinPortal>
      <Combobox.Target targetType="button">
        <Button
          size="compact-sm"
          variant="default"
          disabled={disabled}
          rightSection={<DownIcon size="0.9em" />}
          onClick={() => combobox.toggleDropdown()}
          aria-label={`${label} for ${about}`}
        >
          {label}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.resetSelectedOption();
          }}
          placeholder="Find a client in HaloPSA"
          aria-label={`Find a client in HaloPSA for ${about}`}
        />
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label="Clients in HaloPSA">
          {clients.map((client) => (
            <Combobox.Option key={client.clientId} value={client.clientId}>
              <ClientLine client={client} />
            </Combobox.Option>
          ))}
        </Combobox.Options>
        {clients.length === 0 && (
          <Text size="sm" c="dimmed" p="xs" role="status">
            {found.error
              ? found.error.message
              : found.isFetching
                ? 'Searching in HaloPSA …'
                : 'HaloPSA has no such client. Type a part of its name.'}
          </Text>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}
