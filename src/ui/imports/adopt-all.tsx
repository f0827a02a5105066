import { Alert, Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ImportView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { counted, countText } from '../shown/numbers.js';
import { Confirm } from '../states/confirm.js';
import { ProblemAlert } from '../states/problem.js';
import { type Adopting, useAdoptAll } from './use-adopt-all.js';

const MOST_SHOWN = 5;

/** Adopts at once whatever an import found in HaloPSA: whoever comes from Halo's own module has hundreds of them. */
export function AdoptAll({ row }: { row: ImportView }) {
  const [asking, setAsking] = useState(false);
  const { state, error, start, stop } = useAdoptAll(row);
  if (!useMay('operator')) return null;
  const going = state !== null && !state.over;
  return (
    <Stack gap="xs">
      <Group>
        <Button variant="default" size="compact-sm" onClick={() => (going ? stop() : setAsking(true))}>
          {going ? 'Stop' : 'Adopt all …'}
        </Button>
      </Group>
      {error !== null && <ProblemAlert error={error} />}
      {state && <Going state={state} />}
      <Confirm
        opened={asking}
        title="Adopt everything that is there already?"
        yes="Adopt all"
        no="Cancel"
        onYes={() => {
          setAsking(false);
          start();
        }}
        onNo={() => setAsking(false)}
        pending={false}
        error={null}
        color="sea"
      >
        Each of these subscriptions is then kept in the Halo subscription that was found for it, so that its invoice line lives on. The next
        import brings quantity, term, dates, status, auto-renew, cost and SKU into step. Look through the list first. Where several were
        found to be the same Halo subscription, you say whose it is.
      </Confirm>
    </Stack>
  );
}

function Going({ state: { done, total, refused, over } }: { state: Adopting }) {
  if (!over && total === 0)
    return (
      <Text size="sm" role="status">
        Looking for what can be adopted …
      </Text>
    );
  return (
    <>
      {!over && <Progress value={(100 * done) / total} aria-label="How many are adopted" />}
      <Text size="sm" role="status">
        {over ? `${counted(done - refused.length, 'Halo subscription')} adopted.` : `${countText(done)} of ${countText(total)} adopted …`}
      </Text>
      {over && refused.length > 0 && (
        <Alert color="yellow" title={`${countText(refused.length)} could not be adopted`}>
          <List size="sm">
            {refused.slice(0, MOST_SHOWN).map(({ skip, why }) => (
              <List.Item key={`${skip.marketplaceId} ${skip.line ?? ''}`}>
                Subscription {skip.marketplaceId}: {why}
              </List.Item>
            ))}
          </List>
          {refused.length > MOST_SHOWN && <Text size="sm">and {countText(refused.length - MOST_SHOWN)} more</Text>}
        </Alert>
      )}
    </>
  );
}
