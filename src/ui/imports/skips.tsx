import { Accordion, Badge, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { ImportView } from '../api/generated.js';
import { countText } from '../shown/numbers.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { REASONS } from './import-words.js';
import { OneReason } from './one-reason.js';
import { skipReasonsQuery } from './queries.js';

/** What an import left alone, by reason, each with what to do about it. Which reason is open is in the address. */
export function Skips({ row, version }: { row: ImportView; version: string }) {
  const reasons = useQuery(skipReasonsQuery(row.id, version));
  const [wanted, want] = useSearchParams();
  const open = (reason: string | null): void => want({ tab: 'skips', ...(reason === null ? {} : { reason }) }, { replace: true });
  return (
    <Read query={reasons}>
      {(found) =>
        found.length === 0 ? (
          <Empty title={row.preview ? 'Nothing would be left alone' : 'Nothing was left alone'}>
            {row.preview
              ? 'Everything that the marketplace shows would be in HaloPSA.'
              : 'Everything that the marketplace shows is in HaloPSA.'}
          </Empty>
        ) : (
          <Accordion variant="separated" order={2} value={wanted.get('reason')} onChange={open}>
            {found
              .toSorted((a, b) => Number(REASONS[b.reason].calls) - Number(REASONS[a.reason].calls))
              .map(({ reason, count }) => (
                <Accordion.Item key={reason} value={reason}>
                  <Accordion.Control>
                    <Group gap="sm">
                      <Badge variant="light" color={REASONS[reason].calls ? 'orange' : 'gray'}>
                        {countText(count)}
                      </Badge>
                      <Text fw={600}>{REASONS[reason].title}</Text>
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    {wanted.get('reason') === reason && <OneReason row={row} version={version} reason={reason} />}
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
          </Accordion>
        )
      }
    </Read>
  );
}
