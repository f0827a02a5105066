import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { Empty } from '../states/empty.js';
import { Screen } from './screen.js';

/** For an address that is no screen. */
export function NotHere() {
  return (
    <Screen title="Nothing here">
      <Empty
        title="There is no screen at this address"
        action={
          <Anchor component={Link} href="/">
            Go to Home
          </Anchor>
        }
      >
        It may have been mistyped, or what it showed is gone.
      </Empty>
    </Screen>
  );
}
