import { Accordion, Autocomplete, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { SecretInput } from '../shown/secret-input.js';
import type { AccountForm } from './account.js';
import { marketplacesQuery } from './queries.js';
import { WhereToFind } from './where-to-find.js';

/** The fields of a marketplace account, in the order of Halo's own Ingram module. */
export function AccountFields({
  form,
  secretsSetAt,
  disabled = false,
  locked = false,
}: {
  form: UseFormReturnType<AccountForm>;
  /** When each secret was set; undefined for a new tenant. */
  secretsSetAt?: object;
  /** Whether credentials are closed to this session. */
  disabled?: boolean;
  /** Whether the marketplace may not change any more. */
  locked?: boolean;
}) {
  const { data: marketplaces = [] } = useQuery(marketplacesQuery);
  const chosen = marketplaces.find(({ code }) => code === form.values.marketplace.trim().toLowerCase());
  const isNew = secretsSetAt === undefined;
  return (
    <Stack>
      <TextInput
        label="Name"
        description="Your own name for this account."
        required
        maxLength={200}
        data-autofocus={isNew || undefined}
        {...form.getInputProps('name')}
      />
      <WhereToFind />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="API URL"
          description="Copy it as the portal shows it. Its path is a region, not the marketplace."
          placeholder="https://api.cloud.im/marketplace/na"
          required
          disabled={disabled}
          {...form.getInputProps('apiUrl')}
        />
        <Autocomplete
          label="Marketplace"
          description={
            locked
              ? 'It stays as it is once something was imported.'
              : chosen
                ? `${chosen.name}. ${chosen.enter}`
                : 'The code in your portal’s address. The United States’ “usa” is entered as us, Miami as mi. Codes that are not listed are taken, too.'
          }
          placeholder="us"
          required
          disabled={disabled}
          readOnly={locked}
          data={marketplaces.map(({ code }) => code)}
          renderOption={({ option }) => {
            const offered = marketplaces.find(({ code }) => code === option.value);
            return (
              <Text size="sm">
                <b>{option.value}</b> {offered?.name}
                {offered && offered.portal !== offered.code ? ` (“${offered.portal}” in the portal’s address)` : ''}
              </Text>
            );
          }}
          {...form.getInputProps('marketplace')}
        />
        <TextInput
          label="Username"
          description="The API user’s, as the portal shows it; it usually ends in .API."
          required
          disabled={disabled}
          autoComplete="off"
          {...form.getInputProps('username')}
        />
        <SecretInput
          label="Password"
          name="password"
          secretsSetAt={secretsSetAt}
          required={isNew}
          disabled={disabled}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <SecretInput
          label="Subscription key"
          name="subscriptionKey"
          secretsSetAt={secretsSetAt}
          required={isNew}
          disabled={disabled}
          {...form.getInputProps('subscriptionKey')}
        />
      </SimpleGrid>
      <Accordion variant="contained">
        <Accordion.Item value="more">
          <Accordion.Control>More, all optional: currency, country, reseller account id, application id</Accordion.Control>
          <Accordion.Panel>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput
                label="Currency"
                description="Costs and prices in another are left out."
                placeholder="USD"
                maxLength={3}
                {...form.getInputProps('currency')}
              />
              <TextInput label="Country" description="Of your account." placeholder="US" maxLength={2} {...form.getInputProps('country')} />
              <TextInput
                label="Reseller account id"
                description="Rows of other resellers are dropped when it is set."
                maxLength={64}
                disabled={disabled}
                {...form.getInputProps('accountId')}
              />
              <TextInput
                label="Application id"
                description="Only if Ingram Micro gave you one for integrations. It is sent as X-Client-Id."
                maxLength={200}
                disabled={disabled}
                {...form.getInputProps('applicationId')}
              />
            </SimpleGrid>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}
