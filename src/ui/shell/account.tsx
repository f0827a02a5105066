import { ActionIcon, Group, Menu, Text, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useSession, useSignOut } from '../session/session.js';
import { MoonIcon, PersonIcon, SunIcon } from '../shown/icons.js';

const VIA = { link: 'Signed in by a one-time link', embed: 'Signed in from HaloPSA', token: 'Signed in with an API token' };

/** Who is signed in, and how the page looks. */
export function Account({ name }: { name: string }) {
  const { role, via } = useSession();
  const signOut = useSignOut();
  const scheme = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <Group gap="xs" wrap="nowrap">
      <Tooltip label={`Use ${other} colours`}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
          {scheme === 'light' ? <MoonIcon /> : <SunIcon />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Signed in as ${name}, ${role}`}>
            <PersonIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" fw={600} component="span" display="block">
              {name}
            </Text>
            {VIA[via]}. Role: {role}
          </Menu.Label>
          <Menu.Item onClick={signOut}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
