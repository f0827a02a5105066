import { NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { SecretInput } from '../shown/secret-input.js';
import type { PsaForm } from './form.js';

/** The fields of a PSA instance, under Halo's own names for them. */
export function PsaFields({
  form,
  secretsSetAt,
  closed = false,
}: {
  form: UseFormReturnType<PsaForm>;
  /** When each secret was set; undefined for a new one. */
  secretsSetAt?: object;
  /** Whether credentials are closed to this session. */
  closed?: boolean;
}) {
  const isNew = secretsSetAt === undefined;
  return (
    <Stack>
      <TextInput
        label="Name"
        description="Your own name for this HaloPSA."
        required
        maxLength={200}
        data-autofocus={isNew || undefined}
        {...form.getInputProps('name')}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Resource server"
          description="In Halo: Configuration › Integrations › HaloPSA API."
          placeholder="https://yours.halopsa.com/api"
          required
          disabled={closed}
          {...form.getInputProps('baseUrl')}
        />
        <TextInput
          label="Authorisation server"
          description="Beside it. Empty: the one Halo names itself."
          disabled={closed}
          {...form.getInputProps('authUrl')}
        />
        <TextInput
          label="Client ID"
          description="Of the API application in Halo."
          required
          disabled={closed}
          {...form.getInputProps('clientId')}
        />
        <SecretInput
          label="Client secret"
          name="clientSecret"
          secretsSetAt={secretsSetAt}
          about="Halo shows it once. Kept sealed and never shown again."
          required={isNew}
          disabled={closed}
          {...form.getInputProps('clientSecret')}
        />
        <TextInput
          label="Tenant"
          description="As Halo shows it there; empty if it shows none."
          disabled={closed}
          {...form.getInputProps('haloTenant')}
        />
        <SecretInput
          label="Secret of the tab"
          name="iframeSecret"
          secretsSetAt={secretsSetAt}
          about="Halo’s secret for the custom tab; without it nobody signs in from Halo."
          disabled={closed}
          {...form.getInputProps('iframeSecret')}
        />
        <NumberInput
          label="Calls in five minutes"
          description="Halo is said to allow 700, shared with your other tools."
          min={1}
          max={1_000_000}
          allowDecimal={false}
          {...form.getInputProps('callsPer5Minutes')}
        />
        <TextInput
          label="Ticket type of alerts"
          description="Its id. Empty: no tickets are opened."
          {...form.getInputProps('ticketTypeId')}
        />
        <TextInput
          label="Client of alerts"
          description="The id of the client they are opened for."
          {...form.getInputProps('alertClientId')}
        />
      </SimpleGrid>
    </Stack>
  );
}
