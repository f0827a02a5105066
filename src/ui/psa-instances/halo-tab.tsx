import { Code, Group, List, Text } from '@mantine/core';
import type { PsaInstanceView } from '../api/generated.js';
import { Copy } from '../states/copy.js';
import { Section } from '../tenant/section.js';

/** How Halo opens Isthmus at a client: what is entered where, for the tab and for the button. */
export function HaloTab({ instance }: { instance: PsaInstanceView }) {
  // The client's name is in AREA, which Halo puts in unescaped: it goes last.
  const url = `${window.location.origin}/auth/embed/${instance.id}?agentId=$LOGGEDINAGENTID&hmac=$HMAC&area=$AREA`;
  return (
    <Section
      id="tab"
      title="Tab and button in Halo"
      about="They open Isthmus at a client, signed in as the agent. Isthmus must be reached by https for this."
    >
      <List type="ordered" size="sm" spacing="xs">
        <List.Item>
          In Halo: <i>Configuration › Custom Objects › Custom Tabs › New</i>. Entity <b>Client</b>, type <b>Iframe</b>.
        </List.Item>
        <List.Item>
          URL: <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{url}</Code>
        </List.Item>
        <List.Item>
          Switch on that it sends a secure parameter. Copy the tab’s secret to <b>Secret of the tab</b> above, and save.
        </List.Item>
        <List.Item>
          For a button: <i>Custom Buttons › New</i>, the same entity, URL and secret, opened in a new tab of the browser.
        </List.Item>
      </List>
      <Group>
        <Copy value={url} label="Copy the URL" variant="default" />
      </Group>
      <Text size="sm" c="dimmed">
        Whoever comes in this way may look only, until you give that agent a role under Administration › Agents.
      </Text>
    </Section>
  );
}
