import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { MoneyView } from '../api/generated.js';
import { amountText, countText } from '../shown/numbers.js';
import { momentText } from '../shown/times.js';
import { Read } from '../states/read.js';
import { historyQuery } from './queries.js';

/** What a line's quantity, cost and price were, as far back as Isthmus saw them. */
export function LineHistory({ tenantId, subscriptionId, line }: { tenantId: string; subscriptionId: string; line: string }) {
  const history = useQuery(historyQuery(tenantId, subscriptionId, line));
  return (
    <Read query={history} rows={3}>
      {(seen) =>
        seen.length === 0 ? (
          <Text size="sm">Nothing was seen of it yet.</Text>
        ) : (
          <Table.ScrollContainer minWidth={480}>
            <Table className="boxed" aria-label="History">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">First seen</Table.Th>
                  <Table.Th scope="col" className="number">
                    Quantity
                  </Table.Th>
                  <Table.Th scope="col" className="number">
                    Unit cost
                  </Table.Th>
                  <Table.Th scope="col" className="number">
                    Unit price
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {seen.map(({ seenAt, quantity, unitCost, unitPrice }, at) => (
                  <Table.Tr key={`${seenAt} ${at}`}>
                    <Table.Th scope="row">{momentText(seenAt)}</Table.Th>
                    <Table.Td className="number">{quantity === null ? 'not said' : countText(quantity)}</Table.Td>
                    <Table.Td className="number">{text(unitCost)}</Table.Td>
                    <Table.Td className="number">{text(unitPrice)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )
      }
    </Read>
  );
}

function text(money: MoneyView | null): string {
  return money === null ? 'not said' : `${amountText(money.amount)} ${money.currency}`;
}
