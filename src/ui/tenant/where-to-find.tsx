import { Accordion, List, Text } from '@mantine/core';

/** Where each value stands in Ingram's portal. */
export function WhereToFind() {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="where">
        <Accordion.Control>Where to find these</Accordion.Control>
        <Accordion.Panel>
          <List size="sm" spacing="xs" type="ordered">
            <List.Item>
              Order the free product <b>Marketplace API</b> in the Cloud Marketplace, if you have not. A menu item <i>Marketplace API</i>{' '}
              appears; in Xvantage it is under <i>My Business › Cloud Services</i>.
            </List.Item>
            <List.Item>
              That page shows the <b>API URL</b>, the <b>username</b> and the <b>subscription key</b>.
            </List.Item>
            <List.Item>
              The username is that of an <b>API user</b> made for this product (shown as “CMPAPI User”); your own login is another. Activate
              it and set its <b>password</b> under <i>Users</i>. There is one for each order of the product.
            </List.Item>
            <List.Item>
              The <b>marketplace</b> stands in the address of your control panel: <i>https://cp.us.na.cloud.im</i> is us. Where it shows
              “usa”, enter us; for Miami, enter mi.
            </List.Item>
          </List>
          <Text size="sm" c="dimmed" mt="xs">
            New or changed credentials can take up to a day to work. Changing the API user may reset the subscription key.
          </Text>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
