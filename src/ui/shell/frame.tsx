import { AppShell, Burger, Group, Menu, NavLink, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import logo from '../icon.svg';
import { useSession } from '../session/session.js';
import { DownIcon } from '../shown/icons.js';
import { Account } from './account.js';
import classes from './frame.module.css';
import { ADMIN_PLACES, type Place, PLACES } from './places.js';
import { useReachable } from './use-reachable.js';

/** The header with its navigation, and the screen below it. In 900 px, as in Halo's tab, all of it fits in one row. */
export function Frame({ children }: { children: ReactNode }) {
  const [open, { toggle, close }] = useDisclosure();
  const [path] = useLocation();
  const places = useReachable(PLACES);
  const admin = useReachable(ADMIN_PLACES);
  const { name } = useSession();
  useEffect(close, [path, close]);
  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 240, breakpoint: 'sm', collapsed: { desktop: true, mobile: !open } }} padding="md">
      <a className="skip-link" href="#screen">
        Skip to the content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group h="100%" gap="md" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? 'Close the navigation' : 'Open the navigation'}
            />
            <Group gap={8} wrap="nowrap" className={classes.brand!}>
              <img src={logo} alt="" width={24} height={24} />
              Isthmus
            </Group>
            <Group component="nav" aria-label="Main" visibleFrom="sm" gap={0} wrap="nowrap" h="100%">
              {places.map((place) => (
                <HeaderLink key={place.to} place={place} path={path} />
              ))}
              {admin.length > 0 && <AdminMenu places={admin} path={path} />}
            </Group>
          </Group>
          <Account name={name} />
        </Group>
      </AppShell.Header>
      {open && (
        <AppShell.Navbar p="xs" aria-label="Menu" hiddenFrom="sm">
          {[...places, ...admin].map((place) => (
            <NavLink key={place.to} component={Link} href={place.to} label={place.label} active={isAt(path, place)} />
          ))}
        </AppShell.Navbar>
      )}
      <AppShell.Main id="screen" tabIndex={-1}>
        <div className={classes.screen}>{children}</div>
      </AppShell.Main>
    </AppShell>
  );
}

function HeaderLink({ place, path }: { place: Place; path: string }) {
  const here = isAt(path, place);
  return (
    <Link href={place.to} className={classes.link!} data-here={here || undefined} aria-current={here ? 'page' : undefined}>
      {place.label}
    </Link>
  );
}

function AdminMenu({ places, path }: { places: readonly Place[]; path: string }) {
  const here = places.some((place) => isAt(path, place));
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.link!} data-here={here || undefined}>
          <Group gap={4} wrap="nowrap">
            Administration <DownIcon size="0.9em" />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {places.map((place) => (
          <Menu.Item key={place.to} component={Link} href={place.to} aria-current={isAt(path, place) ? 'page' : undefined}>
            {place.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function isAt(path: string, { to }: Place): boolean {
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
}
