import { Anchor, List } from '@mantine/core';
import { Link } from 'wouter';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { Empty } from '../states/empty.js';
import { clientAddress } from '../subscriptions/filters.js';

/** Asks whose client is meant: the same id is somebody else's in another HaloPSA. */
export function WhichHalo({ clientId, instances }: { clientId: string; instances: readonly string[] }) {
  return (
    <Empty title="Which HaloPSA?">
      You see several of them, and client {clientId} is somebody else in each.
      <List listStyleType="none" mt="xs">
        {instances.map((id) => (
          <List.Item key={id}>
            <Anchor component={Link} href={clientAddress(clientId, id)} underline="always">
              <PsaInstanceName id={id} />
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Empty>
  );
}
