import { Button, Code, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { PsaInstanceView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { Dialog } from '../shell/dialog.js';
import { Confirm } from '../states/confirm.js';
import { ShownOnce } from '../states/shown-once.js';
import { Section } from '../tenant/section.js';
import { useWebhookSecret } from './queries.js';

/** Where Halo's runbooks and buttons send to, and the secret they show. */
export function WebhookSecretSection({ instance }: { instance: PsaInstanceView }) {
  const [asking, { open, close }] = useDisclosure();
  const renew = useWebhookSecret(instance.id);
  const may = useMay('admin', 'secrets');
  return (
    <Section id="webhook" title="Webhook" about="A runbook or custom integration in HaloPSA can ask for imports here.">
      <Text size="sm" component="div">
        Send to <Code>{`${window.location.origin}/webhooks/halo/${instance.id}`}</Code>
      </Text>
      {may && (
        <div>
          <Button variant="default" onClick={open}>
            Make another secret …
          </Button>
        </div>
      )}
      <Confirm
        opened={asking}
        title="Make another webhook secret?"
        yes="Make another"
        no="Keep it"
        onNo={close}
        onYes={() => renew.mutate(undefined, { onSuccess: close })}
        pending={renew.isPending}
        error={renew.error}
      >
        The old one stops working at once: enter the new one in HaloPSA.
      </Confirm>
      <Dialog opened={renew.data !== undefined} onClose={renew.reset} title="Webhook secret" closeOnClickOutside={false}>
        {renew.data && <ShownOnce label="Webhook secret" secret={renew.data.webhookSecret} onDone={renew.reset} />}
      </Dialog>
    </Section>
  );
}
