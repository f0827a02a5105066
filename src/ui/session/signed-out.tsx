import { Center, Code, List, Paper, Stack, Text, Title } from '@mantine/core';

/** What somebody without a session sees. */
export function SignedOut() {
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper p="xl" maw={520}>
        <Stack>
          <Title order={1}>Sign in to Isthmus</Title>
          <Text>You are not signed in, or your session has ended. There are two ways in:</Text>
          <List spacing="sm">
            <List.Item>
              Open the <b>Isthmus</b> tab in HaloPSA. It signs you in as the agent you are there.
            </List.Item>
            <List.Item>
              Ask for a one-time link: whoever runs the service gets one with <Code>npx isthmus sign-in-link</Code>. It works once, for 15
              minutes.
            </List.Item>
          </List>
        </Stack>
      </Paper>
    </Center>
  );
}
