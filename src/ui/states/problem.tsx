import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { asProblem } from '../api/problem.js';

const TITLES: Record<number, string> = { 0: 'No answer', 403: 'Not allowed', 404: 'Not found', 409: 'Not now' };

/** Says what went wrong, in the service's words, and offers to try again. For a screen, a panel or a dialog. */
export function ProblemAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  const passing = problem.status === 0 || problem.status >= 500;
  return (
    <Alert color={passing ? 'yellow' : 'red'} title={TITLES[problem.status] ?? problem.problem?.title ?? 'That did not work'} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem.message}</Text>
        {problem.status === 403 && <Text size="sm">Your role does not reach that far. An administrator can give you more.</Text>}
        {problem.problem && problem.status >= 500 && (
          <Text size="sm">
            In the log under <Code>{problem.problem.errorId}</Code>
          </Text>
        )}
        {retry && ![403, 404].includes(problem.status) && (
          <Group>
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
