import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';

export interface ScreenProps {
  /** Stands above the screen and in the browser's title. */
  title: string;
  /** One sentence: what the screen is for. */
  about?: ReactNode;
  /** The way here, from the outside in, without the screen itself. */
  trail?: readonly { label: string; to: string }[];
  /** Buttons at the top right; New stands here, as in Halo. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every screen: title, trail and actions. A screen that opens takes the focus, so that screen readers begin there. */
export function Screen({ title, about, trail, actions, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Isthmus`;
  }, [title]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="md">
      {trail && (
        <Breadcrumbs component="nav" aria-label="Trail" fz="sm">
          {trail.map(({ label, to }) => (
            <Anchor key={to} component={Link} href={to} inherit>
              {label}
            </Anchor>
          ))}
          <Text span inherit c="dimmed" aria-current="page">
            {title}
          </Text>
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start" wrap="wrap">
        <div style={{ flex: '1 1 20rem' }}>
          <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {title}
          </Title>
          {about !== undefined && (
            <Text c="dimmed" size="sm" maw={760} component="div">
              {about}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
